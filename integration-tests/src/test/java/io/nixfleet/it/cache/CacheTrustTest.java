package io.nixfleet.it.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.cache.ServedClosure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whose word counts: keys of nix.conf, of options and files, and caches that are trusted as such.
 */
class CacheTrustTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir private Path directory;
    private ServedClosure closure;

    @BeforeEach
    void serve() {
        closure = ServedClosure.start(21);
    }

    @AfterEach
    void stop() {
        closure.close();
    }

    static Stream<NixInstallation> versions() {
        return Stream.of(
                NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234());
    }

    private String key() {
        return closure.key().publicKey().toString();
    }

    private AgentProgram.Run fetch(
            AgentProgram agent, ChrootStore store, String url, String... more)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("fetch", "--json", "--no-fallback"));
        command.addAll(List.of(more));
        command.addAll(List.of("--from", url, "--store", store.directory().toString()));
        command.add(closure.top().path().toString());
        return agent.run(command.toArray(String[]::new));
    }

    private static void assertComplete(AgentProgram.Run run, ChrootStore store) {
        assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
        StoreContents.assertSound(store);
    }

    private void leaveOutSignatures() {
        for (Member member : closure.members()) {
            closure.serveNarInfo(
                    member, ServedClosure.narInfo(member).replaceAll("(?m)^Sig: .*\n", ""));
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void takesKeysAndLoginsOfNixConf(NixInstallation nix) throws Exception {
        Path netrc = directory.resolve("netrc");
        Files.writeString(netrc, "machine 127.0.0.1 login me password s3cret-netrc\n");
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            AgentProgram.Run without = fetch(agent, store, closure.server().uri().toString());
            assertThat(without.exitCode()).as(without.stderr()).isEqualTo(4);

            agent.environment(
                    "NIX_CONFIG",
                    "trusted-public-keys = other-1:%s %s\nnetrc-file = %s"
                            .formatted(
                                    TestPaths.key("other-1")
                                            .publicKey()
                                            .toString()
                                            .substring("other-1:".length()),
                                    key(),
                                    netrc));
            assertComplete(fetch(agent, store, closure.server().uri().toString()), store);
            assertThat(closure.server().requests().getLast().header("Authorization"))
                    .startsWith("Basic ");
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void takesKeysOfAFileAndSoDoesTheDaemon(NixInstallation nix) throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), "# ours\n" + key() + "\n");
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            assertComplete(
                    fetch(
                            agent,
                            store,
                            closure.server().uri().toString(),
                            "--trusted-public-keys-file",
                            keys.toString()),
                    store);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void takesUnsignedPathsOfATrustedCacheByLeaveOnly(NixInstallation nix) throws Exception {
        leaveOutSignatures();
        String url = closure.server().uri() + "?trusted=1";
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            AgentProgram.Run refused = fetch(agent, store, url);
            assertThat(refused.exitCode()).isEqualTo(2);
            assertThat(refused.stderr() + refused.stdout())
                    .contains("parameter trusted", "--allow-trusted-caches");
            assertThat(closure.server().requests()).isEmpty();

            AgentProgram.Run allowed = fetch(agent, store, url, "--allow-trusted-caches");
            assertComplete(allowed, store);
            assertThat(allowed.stderr())
                    .contains("warning: cache %s is trusted".formatted(closure.server().uri()));
            assertThat(allowed.stdout()).contains("\"trustedCache\" : true");
        }
    }

    @Test
    void aRunningDaemonRefusesAKeyThatWasRevokedSinceTheLastFetch() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        Path keys = Files.writeString(directory.resolve("keys"), key());
        String socket = directory.resolve("control.sock").toString();
        HttpServer plane = controlPlane();
        try (var daemon = AgentProgram.with(nix);
                var commands = AgentProgram.with(nix);
                ChrootStore store = nix.newStore();
                AgentProgram.Running running =
                        daemon.start(
                                "run",
                                "--control-plane-url",
                                "http://127.0.0.1:" + plane.getAddress().getPort(),
                                "--allow-insecure",
                                "--machine-id",
                                "host",
                                "--dry-run",
                                "--db-path",
                                directory.resolve("state.db").toString(),
                                "--socket",
                                socket,
                                "--store",
                                store.directory().toString(),
                                "--extra-cache-url",
                                closure.server().uri().toString(),
                                "--trusted-public-keys-file",
                                keys.toString())) {
            awaitSocket(Path.of(socket), running);
            // Makes the store: of two Nix processes that make one at once, one may fail.
            assertThat(store.isValid(closure.leaf().path())).isFalse();
            String first = deploy(commands, socket, closure.leaf());
            await(
                    () -> "the leaf is fetched; %s%s".formatted(first, running.stderrSoFar()),
                    () -> store.isValid(closure.leaf().path()));
            Files.writeString(keys, TestPaths.key("successor-1").publicKey().toString());

            String said = deploy(commands, socket, closure.otherLeaf());
            awaitInLog(running, "no trusted key signed it, only 'hostile-1'", said);
            assertThat(store.isValid(closure.otherLeaf().path())).isFalse();
        } finally {
            plane.stop(0);
        }
    }

    private static void awaitSocket(Path socket, AgentProgram.Running running) {
        await(
                () -> "the daemon listens",
                () -> {
                    assertThat(running.handle().isAlive()).as("the daemon runs").isTrue();
                    return Files.exists(socket);
                });
    }

    private static void awaitInLog(AgentProgram.Running daemon, String text, String said) {
        await(
                () -> "'%s' is in the log; %s%s".formatted(text, said, daemon.stderrSoFar()),
                () -> daemon.stderrSoFar().contains(text));
    }

    private static void await(Supplier<String> what, BooleanSupplier condition) {
        Await.until(what, LIMIT, condition);
    }

    /** One that wants nothing of the machine and takes its reports. */
    private static HttpServer controlPlane() throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.getRequestBody().readAllBytes();
                        boolean report = exchange.getRequestURI().getPath().endsWith("/report");
                        exchange.sendResponseHeaders(report ? 200 : 404, -1);
                    }
                });
        server.start();
        return server;
    }

    private static String deploy(AgentProgram commands, String socket, Member system)
            throws IOException, InterruptedException {
        AgentProgram.Run run = commands.run("deploy", "--socket", socket, system.path().toString());
        return run.stdout() + run.stderr();
    }
}
