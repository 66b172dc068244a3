package io.nixfleet.it.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ForwardProxy;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lets us in is sent where it belongs, and shows in nothing that the agent prints. */
class CacheSecretsTest {
    private static final String URL_LOGIN = "me:s3cret-url";
    private static final String PROXY_LOGIN = "we:s3cret-proxy";

    @TempDir private Path directory;
    private final ServedClosure closure = ServedClosure.start(22);
    private final ForwardProxy proxy = ForwardProxy.start(basic(PROXY_LOGIN));
    private AgentProgram agent;
    private ChrootStore store;
    private final StringBuilder printed = new StringBuilder();

    @BeforeEach
    void start() throws IOException {
        NixInstallation nix = NixInstallation.nix28();
        agent = AgentProgram.with(nix);
        store = nix.newStore();
    }

    @AfterEach
    void stop() {
        agent.close();
        store.close();
        proxy.close();
        closure.close();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private Path secret(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private String authority() {
        return closure.server().uri().getAuthority();
    }

    private AgentProgram.Run run(String command, String url, String... more)
            throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(command, "--no-fallback", "--from", url));
        arguments.addAll(List.of(more));
        arguments.addAll(
                List.of(
                        "--store",
                        store.directory().toString(),
                        "--trusted-public-key",
                        closure.key().publicKey().toString(),
                        closure.top().path().toString()));
        AgentProgram.Run run = agent.run(arguments.toArray(String[]::new));
        printed.append(run.stdout()).append(run.stderr());
        return run;
    }

    private void assertSent(String authorization) {
        assertThat(closure.server().requests())
                .isNotEmpty()
                .extracting(request -> request.header("Authorization"))
                .containsOnly(authorization);
    }

    private void assertNothingShown() {
        assertThat(printed.toString())
                .isNotEmpty()
                .doesNotContain(
                        "s3cret",
                        basic(URL_LOGIN).substring("Basic ".length()),
                        basic(PROXY_LOGIN).substring("Basic ".length()));
    }

    @Test
    void theTokenGoesToTheCacheAndNowhereElse() throws Exception {
        Path token = secret("token", "s3cret-token\n");

        AgentProgram.Run fetch =
                run("fetch", "http://" + authority(), "--token-file", token.toString(), "--json");

        assertThat(fetch.exitCode()).as(fetch.stderr()).isZero();
        assertThat(fetch.stderr()).isEmpty();
        assertSent("Bearer s3cret-token");
        assertNothingShown();
    }

    @Test
    void aRefusedTokenIsNotShown() throws Exception {
        Path token = secret("token", "s3cret-token\n");
        closure.answerNarInfo(closure.top(), Answers.status(401));

        for (String command : List.of("fetch", "plan")) {
            AgentProgram.Run run =
                    run(command, "http://" + authority(), "--token-file", token.toString());
            assertThat(run.exitCode()).isEqualTo(5);
            assertThat(run.stderr() + run.stdout()).contains("HTTP status 401");
        }
        assertNothingShown();
    }

    @Test
    void loginsOfUrlNetrcAndProxyAreNotShown() throws Exception {
        String url = "http://" + URL_LOGIN + "@" + authority();
        Path netrc = secret("netrc", "machine 127.0.0.1 login you password s3cret-netrc\n");
        agent.environment("http_proxy", "http://" + PROXY_LOGIN + "@127.0.0.1:" + proxy.port());

        assertThat(run("plan", url, "--netrc-file", netrc.toString()).exitCode()).isZero();
        assertThat(run("fetch", url, "--netrc-file", netrc.toString()).exitCode()).isZero();

        assertSent(basic(URL_LOGIN));
        assertThat(proxy.requests()).hasSameSizeAs(closure.server().requests());
        assertNothingShown();
    }

    @Test
    void whatIsWrongWithThemIsSaidWithoutThem() throws Exception {
        Path netrc = secret("netrc", "machine x login y password \"s3cret-netrc\n");
        Path token = secret("token", "s3cret token of two words");
        String cache = "http://" + authority();

        assertThat(run("fetch", "http://me:s3cret url@" + authority()).exitCode()).isEqualTo(2);
        assertThat(run("fetch", "ftp://" + URL_LOGIN + "@x").exitCode()).isEqualTo(2);
        assertThat(run("fetch", cache + "?x=s3cret-parameter").exitCode()).isEqualTo(2);
        assertThat(run("fetch", cache, "--netrc-file", netrc.toString()).exitCode()).isEqualTo(2);
        assertThat(run("fetch", cache, "--token-file", token.toString()).exitCode()).isEqualTo(2);
        agent.environment("http_proxy", "socks5://" + PROXY_LOGIN + "@127.0.0.1:1");
        assertThat(run("fetch", cache).exitCode()).isEqualTo(5);

        assertThat(closure.server().requests()).extracting(HostileServer.Request::path).isEmpty();
        assertNothingShown();
    }
}
