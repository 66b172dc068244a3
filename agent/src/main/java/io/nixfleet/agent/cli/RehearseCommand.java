package io.nixfleet.agent.cli;

import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the build runs once to record which classes a start needs, for the package's AOT cache.
 * Loads what {@code try} leaves out because it needs no Nix: Nix's configuration, child processes,
 * the Nix daemon's protocol; and runs our own daemon. Works without Nix, as a build must.
 */
@Command(name = "rehearse", hidden = true, description = "Trains the package's AOT cache.")
final class RehearseCommand implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Option(
            names = "--certificates",
            paramLabel = "DIR",
            description = "Rehearse mutual TLS, too, with the PEM files of DIR.")
    private @Nullable Path certificates;

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProcessRunner.Result answer =
                new ProcessRunner()
                        .run(
                                List.of(
                                        "/bin/sh",
                                        "-c",
                                        "printf '{\"netrc-file\":{\"value\":\"/etc/netrc\"}}'"),
                                Map.of(),
                                LIMIT,
                                1024);
        NixConfig.parse(answer.stdout());
        askDaemonThatEnds();
        rehearseDaemon(Optional.empty());
        if (certificates != null) {
            rehearseDaemon(Optional.of(certificates));
        }
        return CommandLines.execute("try", "--quiet");
    }

    private static void rehearseDaemon(Optional<Path> certificates)
            throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("nixfleet-rehearse-");
        try {
            new DaemonRehearsal(work, certificates).run();
        } finally {
            Directories.deleteTree(work);
        }
    }

    /** A peer that ends at once brings in all of a connection up to its handshake. */
    private static void askDaemonThatEnds() throws InterruptedException {
        var nobody =
                new DaemonTarget.Stdio(
                        List.of("/bin/sh", "-c", "exit 0"), Optional.empty(), Map.of());
        try (var _ = DaemonStore.at(nobody).build().openSession()) {
            throw new IllegalStateException("a shell spoke the daemon's protocol");
        } catch (StoreException _) {
            // As it must be.
        }
    }
}
