package io.nixfleet.it.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.operator.OperatorProgram.Run;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.it.server.SshServer;
import io.nixfleet.protocol.json.OperatorJson;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.rollout.Release;
import io.nixfleet.testing.controlplane.rollout.ReleaseEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code release create}: from a flake to a release that hosts can fetch, or a clear reason. */
@Timeout(300)
class ReleaseTest {
    private static SigningKey key;

    @TempDir private Path directory;
    private Path flake;
    private ScriptedControlPlane controlPlane;
    private OperatorProgram nixfleet;

    @BeforeAll
    static void makeKey() throws IOException {
        key = SigningKey.generate("operator-test-1");
    }

    @AfterAll
    static void deleteKey() throws IOException {
        key.close();
    }

    @BeforeEach
    void start() throws IOException {
        flake = Files.createDirectory(directory.resolve("fleet"));
        controlPlane = ScriptedControlPlane.plain();
        nixfleet =
                new OperatorProgram(flake, directory)
                        .with("NIXFLEET_CONTROL_PLANE_URL", controlPlane.url().toString());
    }

    @AfterEach
    void stop() throws IOException {
        controlPlane.close();
    }

    private String fileCache() {
        return "file://%s/cache?secret-key=%s".formatted(directory, key.secretFile());
    }

    private Run create(String... more) throws Exception {
        var words = new ArrayList<>(List.of("release", "create"));
        words.addAll(List.of(more));
        return nixfleet.run(words.toArray(String[]::new));
    }

    private List<Release> registered() {
        return controlPlane.fleet().releases();
    }

    @Test
    void releasesAFlakesHostsThroughACache() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);

        Run run =
                create("--push-to", fileCache(), "--trusted-public-key", key.publicKey(), "--json");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(run.json().path("status").asText()).isEqualTo("registered");
        assertThat(run.json().path("verified").asBoolean()).isTrue();
        Release release = registered().getFirst();
        assertThat(run.json().path("id").asText()).isEqualTo(release.id());
        assertThat(release.content().flakeRef()).contains(".");
        assertThat(release.content().flakeRev()).contains(fleet.revision());
        assertThat(release.content().cacheUrl()).contains("file://" + directory + "/cache");
        assertThat(release.content().entries())
                .containsExactly(entry(fleet, "db"), entry(fleet, "web-1"), entry(fleet, "web-2"));
        assertThat(directory.resolve("cache"))
                .isDirectoryContaining("glob:**/" + fleet.path("shared").hashPart() + ".narinfo");
    }

    private static ReleaseEntry entry(PlainFleet fleet, String host) {
        return new ReleaseEntry(
                host,
                fleet.path("system-" + host).toString(),
                "x86_64-linux",
                List.of("all", host));
    }

    @Test
    void writesAReleaseToAFileAlsoWithoutAControlPlane() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);
        Path file = directory.resolve("release.json");
        String[] words = {
            "release",
            "create",
            "--push-to",
            fileCache(),
            "--trusted-public-key",
            key.publicKey(),
            "--out",
            file.toString(),
            "--json"
        };

        Run alone = new OperatorProgram(flake, directory).run(words);

        assertThat(alone.exitCode()).as(alone.err() + alone.out()).isZero();
        assertThat(alone.json().path("status").asText()).isEqualTo("written");
        assertThat(alone.json().path("file").asText()).isEqualTo(file.toString());
        assertThat(registered()).isEmpty();
        var release = OperatorJson.readNewRelease(Files.readString(file));
        assertThat(release.cacheUrl()).contains("file://" + directory + "/cache");
        assertThat(release.flakeRev()).contains(fleet.revision());
        assertThat(release.entries())
                .extracting(entry -> entry.storePath())
                .containsExactly(
                        fleet.path("system-db").toString(),
                        fleet.path("system-web-1").toString(),
                        fleet.path("system-web-2").toString());

        Run registering = nixfleet.run(words);
        assertThat(registering.exitCode()).as(registering.err() + registering.out()).isZero();
        assertThat(registering.json().path("id").asText()).isEqualTo(registered().getFirst().id());
        assertThat(OperatorJson.readNewRelease(Files.readString(file))).isEqualTo(release);
    }

    @Test
    void pushesBySshAndRunsTheHookThere() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);
        Path calls = directory.resolve("calls");
        try (var ssh = SshServer.start();
                ChrootStore store = NixInstallation.nix28().newStore()) {
            nixfleet.with("NIX_SSHOPTS", ssh.options());

            Run run =
                    create(
                            "--hosts",
                            "web-*",
                            "--push-to",
                            "ssh://%s?remote-store=%s"
                                    .formatted(ssh.authority(), store.directory()),
                            "--push-hook",
                            "echo \"${SSH_CONNECTION:+by ssh}\" {} >>" + calls);

            assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
            assertThat(store.isValid(fleet.path("system-web-1"))).isTrue();
            assertThat(store.isValid(fleet.path("shared"))).isTrue();
            assertThat(calls)
                    .hasContent(
                            "by ssh %s\nby ssh %s\n"
                                    .formatted(
                                            fleet.path("system-web-1"),
                                            fleet.path("system-web-2")));
            assertThat(registered().getFirst().content().entries()).hasSize(2);
            assertThat(registered().getFirst().content().cacheUrl()).isEmpty();
        }
    }

    @Test
    void runsTheHookOfTheFleetsFileHere() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);
        Path calls = directory.resolve("calls");
        Files.writeString(
                flake.resolve(".nixfleet.toml"),
                """
                [cache]
                push-to = "ssh://nowhere.invalid"
                [cache.hook]
                push-cmd = 'echo here {} >>%s'
                """
                        .formatted(calls));

        Run run = create("--hook", "--hosts", "db", "--no-verify");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(calls).hasContent("here %s\n".formatted(fleet.path("system-db")));
    }

    @Test
    void keepsWhatWasBuiltAndRegistersNothingWhenOneHostFails() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake, "echo no compiler; exit 1");

        Run run = create("--push-to", fileCache());

        assertThat(run.exitCode()).isEqualTo(6);
        assertThat(run.err())
                .contains(
                        "nix: building '/nix/store/",
                        "building host db failed: /nix/store/",
                        "    no compiler\n",
                        "error: 1 of 3 hosts failed (db); nothing was pushed or registered, and"
                                + " what was built is kept\n");
        assertThat(fleet.built("system-web-1")).isTrue();
        assertThat(fleet.built("system-web-2")).isTrue();
        assertThat(registered()).isEmpty();
        assertThat(directory.resolve("cache")).doesNotExist();
    }

    @Test
    void saysWhichPathOfWhichHostTheHookFailedFor() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);

        Run run = create("--push-hook", "case {} in *web-1*) echo cache is full; exit 28;; esac");

        assertThat(run.exitCode()).isEqualTo(7);
        assertThat(run.err())
                .contains(
                        "db: pushed\n",
                        "    cache is full\n",
                        "error: %s, of web-1, was not pushed: the push hook, 'case "
                                .formatted(fleet.path("system-web-1")),
                        "exit code 28; nothing was registered\n");
        assertThat(registered()).isEmpty();
    }

    @Test
    void saysWhyACacheDoesNotTakeAPush() throws Exception {
        var _ = PlainFleet.in(flake);
        try (var ssh = SshServer.start()) {
            nixfleet.with("NIX_SSHOPTS", ssh.options().replaceFirst("-i \\S+", "-i /dev/null"));

            Run run = create("--push-to", "ssh://" + ssh.authority());

            assertThat(run.exitCode()).isEqualTo(7);
            assertThat(run.err())
                    .contains(
                            "Permission denied",
                            "was not pushed: nix copy --to ssh://root@127.0.0.1: exit code 1");
            assertThat(registered()).isEmpty();
        }
    }

    @Test
    void registersNothingThatHostsWouldNotTrust() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);

        Run run = create("--push-to", "file://" + directory.resolve("cache"));

        assertThat(run.exitCode()).isEqualTo(10);
        assertThat(run.err())
                .contains(
                        "refused: %s\n".formatted(fleet.path("system-db")),
                        "hosts could not fetch this release from file://");
        assertThat(registered()).isEmpty();
    }

    @Test
    void tellsWhatOnlyUpstreamHasOrRefusesIt() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);
        assertThat(create("--dry-run").exitCode()).isZero();
        try (var upstream = FileCache.of("xz", key, fleet.path("shared"))) {
            nixfleet.with(
                    "NIX_CONFIG",
                    """
                    sandbox = false
                    build-users-group =
                    substituters = file://%s
                    """
                            .formatted(upstream.directory()));
            var options =
                    new String[] {
                        "--push-to", fileCache(), "--trusted-public-key", key.publicKey(), "--json"
                    };
            assertThat(create(options).exitCode()).isZero();
            Files.delete(
                    directory.resolve(
                            "cache/%s.narinfo".formatted(fleet.path("shared").hashPart())));

            var evaluated = new ArrayList<>(List.of(options).subList(2, options.length));
            evaluated.addAll(
                    List.of("--eval-only", "--cache-url", "file://" + directory.resolve("cache")));
            Run reported = create(evaluated.toArray(String[]::new));

            assertThat(reported.exitCode()).as(reported.err()).isZero();
            assertThat(reported.json().path("upstream_only"))
                    .extracting(path -> path.asText())
                    .containsExactly(fleet.path("shared").toString());
            assertThat(registered()).hasSize(2);

            evaluated.add("--air-gapped");
            Run refused = create(evaluated.toArray(String[]::new));

            assertThat(refused.exitCode()).isEqualTo(10);
            assertThat(refused.err())
                    .contains("absent: %s\n".formatted(fleet.path("shared")), "    needed by ");
            assertThat(registered()).hasSize(2);
        }
    }

    @Test
    void buildsNothingWhenTheControlPlaneWouldNotTakeIt() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);
        controlPlane.demandKey("nfk-right");
        Path keyFile = Files.writeString(directory.resolve("key"), "nfk-wrong");

        Run wrongKey = create("--api-key-file", keyFile.toString());
        assertThat(wrongKey.exitCode()).isEqualTo(4);
        assertThat(wrongKey.err()).contains("does not know the API key (401)");

        controlPlane.close();
        Run noKey = create("--trusted-public-key", "nonsense");
        assertThat(noKey.exitCode()).isEqualTo(2);
        assertThat(noKey.err())
                .isEqualTo("error: public key 'nonsense' has no key name, expected name:base64\n");

        Run down = create();
        assertThat(down.exitCode()).isEqualTo(5);
        assertThat(down.err())
                .isEqualTo(
                        "error: control plane %s: Connection refused\n"
                                .formatted(controlPlane.url()));
        assertThat(fleet.built("system-db")).isFalse();
    }

    @Test
    void keepsAKeyInTheEnvironmentFromItsChildren() throws Exception {
        var _ = PlainFleet.in(flake);
        controlPlane.demandKey("nfk-right");
        Path calls = directory.resolve("calls");
        nixfleet.with("NIXFLEET_API_KEY", "nfk-right");

        Run run =
                create(
                        "--hosts=db",
                        "--no-verify",
                        "--push-hook",
                        "echo \"${NIXFLEET_API_KEY-no} key\" >>" + calls);

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(registered()).hasSize(1);
        assertThat(calls).hasContent("no key\n");
    }

    @Test
    void refusesADirtyTreeAndHostsThatThereAreNone() throws Exception {
        PlainFleet fleet = PlainFleet.in(flake);

        Run noHost = create("--hosts", "web-1,mail");
        assertThat(noHost.exitCode()).isEqualTo(3);
        assertThat(noHost.err())
                .isEqualTo("error: flake . has no host mail; it has db, web-1, web-2\n");

        fleet.edit();
        Run dirty = create();
        assertThat(dirty.exitCode()).isEqualTo(2);
        assertThat(dirty.err()).startsWith("error: flake . has changes that are not committed");

        Run allowed = create("--allow-dirty", "--dry-run", "--json");
        assertThat(allowed.exitCode()).as(allowed.err()).isZero();
        assertThat(allowed.json().path("flake_rev").isNull()).isTrue();
        assertThat(registered()).isEmpty();
    }

    @Test
    void endsItsBuildsWhenInterrupted() throws Exception {
        Path pid = directory.resolve("pid");
        var _ = PlainFleet.in(flake, "echo $$ >%s; exec /bin/sleep 1000".formatted(pid));
        try (var running = nixfleet.start("release", "create", "--hosts", "db")) {
            Await.until(
                    "the builder is at work", Duration.ofSeconds(60), () -> !read(pid).isEmpty());
            ProcessHandle builder = ProcessHandle.of(Long.parseLong(read(pid))).orElseThrow();

            Commands.run(List.of("kill", "-INT", String.valueOf(running.process().pid())));
            Run run = running.await();

            assertThat(run.exitCode()).isEqualTo(130);
            assertThat(run.err())
                    .endsWith(
                            "interrupted; run again to go on from here: what was built and pushed"
                                    + " is kept\n");
            assertThat(builder.onExit()).succeedsWithin(Duration.ofSeconds(20));
            assertThat(registered()).isEmpty();
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
