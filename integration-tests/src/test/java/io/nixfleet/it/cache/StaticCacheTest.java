package io.nixfleet.it.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.ServerCertificate;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.it.server.TestClosure;
import io.nixfleet.testing.cache.ForwardProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Caches as nginx, S3 and cache.nixos.org serve them: files that {@code nix copy} made, with every
 * field in the narinfos, xz, below a path, over TLS of a private authority, HTTP/1.1 and 2, and 404
 * or 403 for what is not there.
 */
class StaticCacheTest {
    private static final String PREFIX = "/caches/fleet";

    private static TestClosure closure;
    private static SigningKey key;
    private static Path root;
    private static ServerCertificate certificate;

    @BeforeAll
    static void makeCache() throws IOException {
        closure = TestClosure.build(2, 10);
        key = SigningKey.generate("static-test-1");
        certificate = ServerCertificate.generate();
        root = Files.createTempDirectory("nixfleet-static-");
        FileCache cache = FileCache.of("xz", key, closure.root());
        Files.createDirectories(root.resolve("caches"));
        Commands.run(
                List.of(
                        "mv",
                        cache.directory().toString(),
                        root.resolve("caches/fleet").toString()));
        Commands.run(List.of("chmod", "-R", "a+rX", root.toString()));
    }

    @AfterAll
    static void removeCache() throws IOException {
        Commands.run(List.of("rm", "-rf", root.toString()));
        certificate.close();
        key.close();
    }

    /** Fetches into a new store, which must be sound and whole if the exit code is 0. */
    private static AgentProgram.Run fetch(AgentProgram agent, String... more) throws Exception {
        try (ChrootStore store = NixInstallation.nix28().newStore()) {
            var command = new ArrayList<>(List.of("fetch", "--json", "--no-fallback"));
            command.addAll(List.of(more));
            command.addAll(
                    List.of(
                            "--store",
                            store.directory().toString(),
                            "--trusted-public-key",
                            key.publicKey(),
                            closure.root().toString()));
            AgentProgram.Run run = agent.run(command.toArray(String[]::new));
            if (run.exitCode() == 0) {
                assertThat(store.isValid(closure.root())).isTrue();
                StoreContents.assertSound(store);
            }
            return run;
        }
    }

    private static AgentProgram agent() throws IOException {
        return AgentProgram.with(NixInstallation.nix28())
                .environment("NIX_SSL_CERT_FILE", certificate.certificate().toString());
    }

    private static void assertNarsCameBy(Nginx server, String protocol) {
        assertThat(server.requests())
                .filteredOn(request -> request.contains(".nar.xz"))
                .isNotEmpty()
                .allMatch(request -> request.contains(" " + PREFIX + "/nar/"))
                .allMatch(request -> request.endsWith(" 200 " + protocol));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/1.1"})
    void fetchesXzBelowAPathOverTls(String protocol) throws Exception {
        boolean http2 = protocol.equals("HTTP/2.0");
        try (var server =
                        http2
                                ? Nginx.serveSecurely(root, certificate)
                                : Nginx.serveByHttp1Securely(root, certificate);
                AgentProgram agent = agent()) {
            AgentProgram.Run run = fetch(agent, "--from", server.uri() + PREFIX);

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertNarsCameBy(server, protocol);
        }
    }

    @Test
    void tunnelsTlsThroughTheProxyOfTheEnvironment() throws Exception {
        try (var server = Nginx.serveSecurely(root, certificate);
                var proxy = ForwardProxy.start();
                AgentProgram agent = agent()) {
            agent.environment("https_proxy", "http://127.0.0.1:" + proxy.port());

            AgentProgram.Run run = fetch(agent, "--from", server.uri() + PREFIX + "/");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertNarsCameBy(server, "HTTP/2.0");
            assertThat(proxy.requests())
                    .as("a connection for lookups, one for downloads")
                    .hasSizeBetween(1, 4)
                    .allMatch(line -> line.startsWith("CONNECT 127.0.0.1:"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 403})
    void asksTheSecondAtOnceForWhatTheFirstLacks(int status) throws Exception {
        Path empty = Files.createTempDirectory("nixfleet-empty-");
        Files.copy(root.resolve("caches/fleet/nix-cache-info"), empty.resolve("nix-cache-info"));
        Commands.run(List.of("chmod", "-R", "a+rX", empty.toString()));
        try (var lacking = Nginx.serveAbsent(empty, status, certificate);
                var server = Nginx.serve(root);
                AgentProgram agent = agent()) {
            AgentProgram.Run run =
                    fetch(
                            agent,
                            "--from",
                            server.uri() + PREFIX + "?priority=41",
                            "--from",
                            lacking.uri() + "?priority=40");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertThat(narInfos(lacking))
                    .as("each path is asked for once, and first")
                    .hasSize(narInfos(server).size())
                    .doesNotHaveDuplicates()
                    .allMatch(request -> request.endsWith(" " + status + " HTTP/2.0"));
        } finally {
            Commands.run(List.of("rm", "-rf", empty.toString()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 403})
    void saysThatNoCacheHasIt(int status) throws Exception {
        Path empty = Files.createTempDirectory("nixfleet-empty-");
        Files.copy(root.resolve("caches/fleet/nix-cache-info"), empty.resolve("nix-cache-info"));
        Commands.run(List.of("chmod", "-R", "a+rX", empty.toString()));
        try (var lacking = Nginx.serveAbsent(empty, status, certificate);
                AgentProgram agent = agent()) {
            AgentProgram.Run run = fetch(agent, "--from", "" + lacking.uri());

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isEqualTo(3);
            assertThat(narInfos(lacking))
                    .isNotEmpty()
                    .allMatch(request -> request.endsWith(" " + status + " HTTP/2.0"));
        } finally {
            Commands.run(List.of("rm", "-rf", empty.toString()));
        }
    }

    private static List<String> narInfos(Nginx server) {
        return server.requests().stream().filter(request -> request.contains(".narinfo ")).toList();
    }
}
