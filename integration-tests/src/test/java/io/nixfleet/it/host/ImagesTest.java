package io.nixfleet.it.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** Each image, booted: what a host, a cache and a control plane of it can do. */
@Tag("containers")
class ImagesTest {
    private static final String POLL = "/api/v1/machines/a/desired-generation";
    private static final String NIX =
            "NIX_REMOTE=daemon nix --extra-experimental-features nix-command ";
    private static final String DAEMON_STORE = "NIX_REMOTE=daemon nix-store ";

    private static Machine cache;
    private static String trustedKey;
    private static String signed;
    private static String unsigned;

    /** A container, and the shell in it. */
    private record Machine(GenericContainer<?> container) implements AutoCloseable {
        static Machine boot(String image) {
            Machine machine =
                    start(
                            new GenericContainer<>(DockerImageName.parse(image))
                                    .withTmpFs(Map.of("/run", "rw,exec,mode=755"))
                                    .withCreateContainerCmdModifier(
                                            command ->
                                                    Objects.requireNonNull(command.getHostConfig())
                                                            .withCgroupnsMode("private")
                                                            .withCapAdd(Capability.SYS_ADMIN)
                                                            .withSecurityOpts(
                                                                    List.of(
                                                                            "seccomp=unconfined",
                                                                            "apparmor=unconfined"))));
            machine.awaitBooted();
            return machine;
        }

        static Machine start(GenericContainer<?> container) {
            container.withImagePullPolicy(_ -> false).start();
            return new Machine(container);
        }

        void awaitBooted() {
            Await.until(
                    "systemd has settled, and nothing has failed",
                    Duration.ofSeconds(60),
                    () -> shell("systemctl is-system-running").stdout().equals("running\n"));
        }

        Commands.Outcome shell(String line) {
            try {
                ExecResult result =
                        container.execInContainer(
                                "timeout", "--kill-after=5", "30", "/bin/sh", "-c", line);
                return new Commands.Outcome(
                        result.getExitCode(), result.getStdout(), result.getStderr());
            } catch (IOException e) {
                throw new AssertionError("cannot run " + line, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        /** Both streams of a line that must succeed, without the last end of line. */
        String run(String line) {
            Commands.Outcome outcome = shell(line);
            assertThat(outcome.exitCode()).as("%s: %s", line, outcome.output()).isZero();
            return outcome.output().strip();
        }

        /** As other hosts see it. */
        String address() {
            return run("hostname --all-ip-addresses").split(" ", 2)[0];
        }

        String status(String curl) {
            return shell("curl --silent --max-time 20 --output /dev/null -w '%{http_code}' " + curl)
                    .stdout();
        }

        @Override
        public void close() {
            container.stop();
        }
    }

    @BeforeAll
    static void fillCache() {
        cache = Machine.boot(Images.cache());
        trustedKey =
                cache.run(
                        "cd /root && nix-store --generate-binary-cache-key cache-1 secret public"
                                + " && cat public");
        signed = build(30000);
        unsigned = build(20000);
        cache.run(
                NIX
                        + "copy --to 'file:///srv/cache?compression=none&secret-key=/root/secret' "
                        + signed);
        cache.run(NIX + "copy --to 'file:///srv/cache?compression=none' " + unsigned);
    }

    /** A path that is nobody's own hash, so that it wants a signature. */
    private static String build(int lines) {
        String expression =
                """
                derivation { name = "lines"; system = builtins.currentSystem; builder = "/bin/sh"; \
                args = [ "-c" "/usr/bin/seq %d >$out" ]; }\
                """
                        .formatted(lines);
        Commands.Outcome built =
                cache.shell("nix-build --no-out-link --expr '%s'".formatted(expression));
        assertThat(built.exitCode()).as(built.output()).isZero();
        return built.stdout().strip();
    }

    @AfterAll
    static void closeCache() {
        if (cache != null) {
            cache.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void hostHasItsVersionOfNix(NixVersion version) {
        String series = version.series() + ".";
        try (Machine host = Machine.boot(Images.host(version))) {
            for (String program : List.of("nix", "nix-store", "nix-env", "nix-daemon")) {
                assertThat(host.run(program + " --version"))
                        .startsWith(program + " (Nix) " + series);
            }
            assertThat(host.run(NIX + "store ping")).contains("Version: " + series);
            assertThat(host.run("systemctl --version")).startsWith("systemd 252 ");
            assertThat(host.run("/opt/nixfleet-agent/bin/nixfleet-agent --version"))
                    .startsWith("nixfleet-agent ");

            host.run(
                    "printf 'substituters = http://%s\\ntrusted-public-keys = %s\\n' >>/etc/nix/nix.conf"
                            .formatted(cache.address(), trustedKey));
            host.run("systemctl restart nix-daemon");

            assertThat(host.run(DAEMON_STORE + "--realise " + signed)).contains(signed);
            assertThat(host.run("tail -n 1 " + signed)).isEqualTo("30000");
            assertThat(host.shell(DAEMON_STORE + "--realise " + unsigned).output())
                    .contains("not signed by any of the keys");
            assertThat(host.shell("ls " + unsigned).exitCode()).isNotZero();
            host.run(NIX + "copy --to file:///root/copy " + signed);
            assertThat(host.run("ls /root/copy")).contains(".narinfo");
        }
    }

    @Test
    void cacheServesWhatWasCopiedIntoItAsFastAsItIsTold() {
        String nar =
                cache.run(
                        "sed -n 's/^URL: //p' /srv/cache/$(basename %s | cut -d - -f 1).narinfo"
                                .formatted(signed));
        String fetch =
                "curl --silent --fail --max-time 20 --output /tmp/nar -w '%{time_total}'"
                        + " http://localhost/"
                        + nar;

        assertThat(Double.parseDouble(cache.run(fetch))).isLessThan(1);
        cache.run("echo 'limit_rate 64k;' >/etc/nginx/cache.d/slow.conf && systemctl reload nginx");
        assertThat(Double.parseDouble(cache.run(fetch))).isBetween(1.5, 10.0);
        cache.run("echo 'return 503;' >/etc/nginx/cache.d/slow.conf && systemctl reload nginx");
        assertThat(cache.status("http://localhost/" + nar)).isEqualTo("503");
        cache.run("rm /etc/nginx/cache.d/slow.conf && systemctl reload nginx");
        assertThat(cache.status("http://localhost/" + nar)).isEqualTo("200");

        assertThat(cache.run("tail -n 4 /var/log/nginx/access.log").lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains(" GET /" + nar + " 200 "),
                        line -> assertThat(line).contains(" GET /" + nar + " 200 "),
                        line -> assertThat(line).contains(" GET /" + nar + " 503 "),
                        line -> assertThat(line).contains(" GET /" + nar + " 200 "));
    }

    @Test
    void cacheKeepsWhatItHasWhenItIsKilled() {
        try (Machine own = Machine.boot(Images.cache())) {
            own.run("echo here >/srv/cache/file");
            DockerClient docker = own.container().getDockerClient();
            String id = own.container().getContainerId();

            docker.killContainerCmd(id).exec();
            docker.waitContainerCmd(id).start().awaitStatusCode();
            docker.startContainerCmd(id).exec();
            own.awaitBooted();
            assertThat(own.run("curl --silent http://localhost/file")).isEqualTo("here");

            // In good order, which takes the signal that the image names.
            docker.stopContainerCmd(id).withTimeout(20).exec();
            assertThat(docker.inspectContainerCmd(id).exec().getState().getExitCodeLong()).isZero();
        }
    }

    @Test
    void controlPlaneAnswersOtherHostsByTheContract() {
        try (Machine plane =
                Machine.start(
                        new GenericContainer<>(DockerImageName.parse(Images.controlPlane())))) {
            String url = "http://" + plane.address() + ":8080";
            String report =
                    """
                    {"machine_id": "a", "current_generation": "/nix/store/x", "success": true,\
                     "message": "deployed", "timestamp": "2026-01-01T00:00:00Z", "tags": [],\
                     "health": null, "agent_version": "1", "uptime_seconds": 1}\
                    """;

            awaitNothingDesired(cache, url + POLL);
            assertThat(
                            cache.status(
                                    "--header 'Content-Type: application/json' --data '%s' %s"
                                            .formatted(report, url + "/api/v1/machines/a/report")))
                    .isEqualTo("200");
            assertThat(
                            cache.run(
                                    "curl --silent http://%s:8081/admin/reports/a"
                                            .formatted(plane.address())))
                    .contains("\"current_generation\":\"/nix/store/x\"");
        }
    }

    @Test
    void controlPlaneWantsCertificatesOnceItIsTold() {
        try (Machine plane =
                Machine.start(
                        new GenericContainer<>(DockerImageName.parse(Images.controlPlane()))
                                .withCommand("--tls", "/tls", "--client", "a"))) {
            String url = "https://localhost:8080" + POLL;

            awaitNothingDesired(
                    plane, "--cacert /tls/ca.pem --cert /tls/a.pem --key /tls/a-key.pem " + url);
            assertThat(plane.status("--cacert /tls/ca.pem " + url)).isEqualTo("000");
        }
    }

    private static void awaitNothingDesired(Machine from, String poll) {
        Await.until(
                "the control plane answers",
                Duration.ofSeconds(30),
                () -> from.status(poll).equals("404"));
    }
}
