package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.fetch.PendingSession;
import io.nixfleet.agent.heap.SoftHeapLimit;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.FetchOutcome;
import io.nixfleet.substituter.fetch.Substitution;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nixfleet-agent fetch}: makes paths valid from binary caches. */
@Command(
        name = "fetch",
        customSynopsis = "nixfleet-agent fetch --from URL [OPTION]... STORE_PATH...",
        description =
                "Fetch store paths, with all that they refer to, from binary caches into a Nix"
                        + " store.",
        exitCodeList = {
            "0:all paths are valid",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:a path is absent from every cache",
            "4:a path was refused: no valid signature, or not what was signed",
            "5:a cache that may have it did not answer",
            "6:the store failed",
            "130:interrupted; run again: it takes up where it stopped"
        },
        footer = {
            "  nixfleet-agent fetch --from https://cache.example.com --add-root ./result \\",
            "    /nix/store/…-nixos-system-web-25.11",
            "  nixfleet-agent fetch --from file:///srv/cache --store unpack:/tmp/image \\",
            "    --trusted-public-key \"$(cat public.key)\" /nix/store/…-hello-2.12"
        })
final class FetchCommand implements Callable<Integer> {
    @Mixin private FetchOptions options = new FetchOptions();

    @Option(
            names = "--add-root",
            paramLabel = "LINK",
            description =
                    "Make LINK a permanent garbage-collector root for the path (LINK-2, LINK-3 …"
                            + " for further ones).")
    private @Nullable Path root;

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var output = CommandOutput.of(spec, options.json);
        try (var display =
                FetchDisplay.choose(
                        options.quiet || options.json, output.terminal(), output.err())) {
            try {
                return fetch(output, display, FetchSetup.store(options));
            } catch (StoreException e) {
                display.close();
                return output.fail(ExitCode.STORE, e);
            } catch (UsageException e) {
                display.close();
                return output.fail(ExitCode.USAGE, e);
            }
        }
    }

    private int fetch(CommandOutput output, FetchDisplay display, Store store)
            throws StoreException, InterruptedException {
        long started = System.nanoTime();
        try (var session = PendingSession.open(store);
                var setup = FetchSetup.open(options, store, display, output::warn);
                var _ = SoftHeapLimit.watch();
                Substitution substitution = setup.substituter().open(session.await())) {
            FetchOutcome outcome = substitution.fetch(options.roots);
            addRoots(substitution, outcome);
            display.close();
            var took = Duration.ofNanos(System.nanoTime() - started);
            ExitCode exit = ExitCode.of(outcome.failures());
            var report = new FetchReport(setup.storeName(), options.roots, outcome, exit, took);
            output.print(report, options.quiet);
            return exit.code();
        }
    }

    private void addRoots(Substitution substitution, FetchOutcome outcome)
            throws StoreException, InterruptedException {
        Path link = root;
        if (link == null || !(outcome instanceof FetchOutcome.Complete)) {
            return;
        }
        int number = 1;
        for (StorePath path : options.roots) {
            Path numbered =
                    number == 1 ? link : link.resolveSibling(link.getFileName() + "-" + number);
            substitution.addRoot(numbered.toAbsolutePath().normalize(), path);
            number++;
        }
    }
}
