package io.nixfleet.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.UsageException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunOptionsTest {
    private static final String URL = "https://cp.example:8443/base/";

    @TempDir private Path directory;

    @picocli.CommandLine.Command(name = "test")
    private static final class Holder {
        @CommandLine.Mixin private RunOptions options = new RunOptions();
    }

    private static AgentSettings settings(String... more) {
        var arguments =
                new ArrayList<>(List.of("--control-plane-url", URL, "--machine-id", "web-1"));
        arguments.addAll(List.of(more));
        return only(arguments.toArray(String[]::new));
    }

    private static AgentSettings only(String... arguments) {
        var holder = new Holder();
        new CommandLine(holder).parseArgs(arguments);
        return holder.options.settings();
    }

    @Test
    void hasTheDefaultsOfTheContract() {
        AgentSettings settings = settings();

        assertThat(settings.controlPlane().baseUrl()).hasToString("https://cp.example:8443/base");
        assertThat(settings.controlPlane().machineId()).isEqualTo("web-1");
        assertThat(settings.controlPlane().allowInsecure()).isFalse();
        assertThat(settings.controlPlane().userAgent()).startsWith("nixfleet-agent/");
        assertThat(settings.polling())
                .isEqualTo(
                        new AgentSettings.Polling(Duration.ofSeconds(60), Duration.ofSeconds(30)));
        assertThat(settings.reporting())
                .isEqualTo(new AgentSettings.Reporting(Duration.ofSeconds(60), List.of()));
        assertThat(settings.fetching().cacheUrl()).isEmpty();
        assertThat(settings.fetching().store().name()).isEqualTo("auto");
        assertThat(settings.database()).isEqualTo(Path.of("/var/lib/nixfleet/state.db"));
        assertThat(settings.dryRun()).isFalse();
        assertThat(settings.healthConfig()).isEqualTo(Path.of("/etc/nixfleet/health-checks.json"));
        assertThat(settings.applying())
                .isEqualTo(
                        new AgentSettings.Applying(
                                false,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(120),
                                Optional.empty(),
                                16_000_000));
        assertThat(settings.metricsPort()).isEmpty();
        assertThat(settings.push()).isEmpty();
        assertThat(settings.socket()).isEqualTo(Path.of("/run/nixfleet-agent/control.sock"));
    }

    @Test
    void takesEachOption() throws Exception {
        Path netrc = Files.writeString(directory.resolve("netrc"), "machine a login b password c");
        AgentSettings settings =
                settings(
                        "--poll-interval=5",
                        "--retry-interval=7",
                        "--health-interval=11",
                        "--tags= prod,, eu ",
                        "--cache-url=https://me:secret@cache.example/x",
                        "--netrc-file=" + netrc,
                        "--store=/mnt",
                        "--db-path=/tmp/x.db",
                        "--dry-run",
                        "--allow-insecure",
                        "--health-config=/tmp/health.json",
                        "--settle-time=0",
                        "--verify-timeout=13",
                        "--confirm-timeout=17",
                        "--tolerate-failed-units",
                        "--boot-floor=0",
                        "--metrics-port=9101",
                        "--socket=/tmp/sock");

        assertThat(settings.polling())
                .isEqualTo(new AgentSettings.Polling(Duration.ofSeconds(5), Duration.ofSeconds(7)));
        assertThat(settings.reporting())
                .isEqualTo(
                        new AgentSettings.Reporting(Duration.ofSeconds(11), List.of("prod", "eu")));
        assertThat(settings.fetching().cacheUrl())
                .contains(URI.create("https://me:secret@cache.example/x"));
        assertThat(settings.fetching().netrc()).contains(netrc);
        assertThat(settings.fetching().store().name()).isEqualTo("/mnt");
        assertThat(settings.database()).isEqualTo(Path.of("/tmp/x.db"));
        assertThat(settings.dryRun()).isTrue();
        assertThat(settings.controlPlane().allowInsecure()).isTrue();
        assertThat(settings.healthConfig()).isEqualTo(Path.of("/tmp/health.json"));
        assertThat(settings.applying())
                .isEqualTo(
                        new AgentSettings.Applying(
                                true,
                                Duration.ZERO,
                                Duration.ofSeconds(13),
                                Optional.of(Duration.ofSeconds(17)),
                                0));
        assertThat(settings.metricsPort()).isEqualTo(OptionalInt.of(9101));
        assertThat(settings.socket()).isEqualTo(Path.of("/tmp/sock"));
    }

    /** As a unit's {@code Environment=NIXFLEET_CACHE_URL=} makes it. */
    @Test
    void takesEmptyValuesForNone() {
        AgentSettings settings =
                settings(
                        "--cache-url=",
                        "--ca-cert=",
                        "--client-cert=",
                        "--client-key=",
                        "--metrics-port=",
                        "--tags=",
                        "--db-path=",
                        "--health-config=",
                        "--allow-insecure=",
                        "--socket=");

        assertThat(settings.fetching().cacheUrl()).isEmpty();
        assertThat(settings.metricsPort()).isEmpty();
        assertThat(settings.reporting().tags()).isEmpty();
        assertThat(settings.database()).isEqualTo(Path.of("/var/lib/nixfleet/state.db"));
        assertThat(settings.socket()).isEqualTo(Path.of("/run/nixfleet-agent/control.sock"));
        assertThat(settings.controlPlane().allowInsecure()).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --poll-interval=0 | --poll-interval: 0 s is not between 1 and 86400
                    --poll-interval=-1 | --poll-interval: -1 s is not between 1 and 86400
                    --poll-interval=86401 | --poll-interval: 86401 s is not between 1 and 86400
                    --retry-interval=0 | --retry-interval: 0 s is not between 1 and 86400
                    --health-interval=0 | --health-interval: 0 s is not between 1 and 86400
                    --settle-time=-1 | --settle-time: -1 s is not between 0 and 86400
                    --verify-timeout=0 | --verify-timeout: 0 s is not between 1 and 86400
                    --confirm-timeout=-5 | --confirm-timeout: -5 s is not between 0 and 86400
                    --boot-floor=-1 | --boot-floor: -1 MB is not between 0 and 1000000
                    --metrics-port=0 | --metrics-port: a port is 1 to 65535, not 0
                    --metrics-port=65536 | --metrics-port: a port is 1 to 65535, not 65536
                    --metrics-port=http | --metrics-port: a port is 1 to 65535, not 'http'
                    --allow-insecure=perhaps | --allow-insecure is true or false, not 'perhaps'
                    --store=s3://x | 's3://x' is not a store that can be imported into; use auto
                    --cache-url=ftp://x | a cache of the kind 'ftp' is not supported, only http://
                    --cache-url=ssh://-oProxyCommand=x | a cache's URL looks like ssh://host
                    --extra-cache-url=ftp://x | a cache of the kind 'ftp' is not supported, only http://
                    --token-file=/nowhere | token file /nowhere cannot be read: there is no such file
                    --trusted-public-keys-file=/nowhere | keys file /nowhere cannot be read
                    --air-gapped=perhaps | --air-gapped is true or false, not 'perhaps'
                    --cache-url=cache.example | a cache of the kind '' is not supported
                    --cache-url=https:///x | a cache's URL looks like https://host/path
                    --cache-url=https://c/?trusted=1 | parameter trusted would switch signature checks off
                    --trusted-public-key=nonsense | public key 'nonsense' has no key name
                    --trusted-public-key=a:AAAA | public key 'a' has 3 bytes, not 32
                    --netrc-file=/nowhere | netrc file /nowhere cannot be read: there is no such file
                    --ca-cert=/nowhere | /nowhere does not exist
                    --client-cert=/nowhere | --client-cert /nowhere is given without its key; add --client-key
                    --client-key=/nowhere | --client-key /nowhere is given without its certificate; add --client-cert
                    --client-key=/nowhere,--client-cert=/nowhere | /nowhere does not exist
                    --listen=:443 | --listen needs --listen-allow: who may deploy to this host?
                    --listen=:443,--listen-allow=ops | --listen needs --ca-cert
                    --listen=443 | --listen is HOST:PORT, not '443'
                    --listen=host: | --listen: a port is 1 to 65535, not ''
                    --listen=host:0 | --listen: a port is 1 to 65535, not 0
                    --listen-allow=ops | --listen-allow, --listen-cert and --listen-key go with --listen
                    --listen=:443,--listen-allow=ops,--listen-cert=/x | --listen-cert and --listen-key come together: --listen-key is missing
                    """)
    void saysWhichValueIsWrong(String options, String message) {
        assertThatThrownBy(() -> settings(options.split(",(?=--)", -1)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --machine-id=web-1 | --control-plane-url (or NIXFLEET_CONTROL_PLANE_URL) is required
                    --machine-id=web-1,--control-plane-url= | --control-plane-url (or NIXFLEET_CONTROL_PLANE_URL) is required
                    --control-plane-url=https://c | --machine-id (or NIXFLEET_MACHINE_ID) is required
                    --control-plane-url=https://c,--machine-id= | --machine-id (or NIXFLEET_MACHINE_ID) is required
                    --control-plane-url=https://c,--machine-id=.. | '..' names no machine
                    --machine-id=web-1,--control-plane-url=http://c | http://c is not encrypted; use https://, or --allow-insecure
                    --machine-id=web-1,--control-plane-url=cp.example:443 | --control-plane-url must begin with https://
                    --machine-id=web-1,--control-plane-url=https://c?x=1 | has a query or a fragment
                    """)
    void saysWhatIsMissingOrWrongOfTheControlPlane(String options, String message) {
        assertThatThrownBy(() -> only(options.split(",(?=--)", -1)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void findsOutThatACertificateIsNone() throws Exception {
        Path junk = Files.writeString(directory.resolve("junk.pem"), "junk");

        assertThatThrownBy(() -> settings("--ca-cert=" + junk))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(junk.toString());
    }

    @Test
    void findsOutThatANetrcFileIsNone() throws Exception {
        Path junk = Files.writeString(directory.resolve("netrc"), "machine");

        assertThatThrownBy(() -> settings("--netrc-file=" + junk))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(junk.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--cache-url=https://me:hunter2@cache example/",
                "--cache-url=https://me:hun/ter2@cache.example/ ",
                "--cache-url=https://me:hunter2@c/?trusted=1",
                "--cache-url=https://me:hunter2@under_score/#x",
                "--cache-url=s3://me:hunter2@bucket",
                "--control-plane-url=https://me:hunter2@cp.example",
                "--control-plane-url=https://me:hunter2@under_score",
                "--control-plane-url=https://me:hunter2@cp example",
            })
    void repeatsNoPasswordOfAUrl(String option) {
        var err = new StringWriter();
        int exit =
                CommandLines.commandLine()
                        .setErr(new PrintWriter(err))
                        .execute("run", "--control-plane-url", URL, "--machine-id=x", option);

        assertThat(exit).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).startsWith("error: ").doesNotContain("ter2");
    }
}
