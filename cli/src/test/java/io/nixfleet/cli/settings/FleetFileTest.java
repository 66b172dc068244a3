package io.nixfleet.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetFileTest {
    @TempDir private Path directory;
    private final List<String> warnings = new ArrayList<>();

    private FleetFile read(String toml, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(directory.resolve(FleetFile.NAME), toml);
        return FleetFile.read(file, environment, warnings::add);
    }

    @Test
    void hasTheSettingsOfV01() throws IOException {
        FleetFile file =
                read(
                        """
                        [control-plane]
                        url = "https://cp.example.com:8080"
                        ca-cert = "certs/fleet-ca.pem"

                        [tls]
                        client-cert = "/run/agenix/agent-${HOSTNAME}-cert"
                        client-key = "/run/agenix/agent-${HOSTNAME}-key"

                        [cache]
                        url = "http://cache.example.com:5000"
                        push-to = "ssh://root@cache.example.com"
                        trusted-public-keys = ["a:b", "c:d"]

                        [cache.hook]
                        url = "http://cache.example.com:8081/mycache"
                        push-cmd = "attic push mycache {}"

                        [deploy]
                        strategy = "staged"
                        health-timeout = 300
                        failure-threshold = "0"
                        on-failure = "pause"
                        """,
                        Map.of("HOSTNAME", "desk"));

        assertThat(file.text(Setting.CONTROL_PLANE_URL)).contains("https://cp.example.com:8080");
        assertThat(file.path(Setting.CA_CERT)).contains(directory.resolve("certs/fleet-ca.pem"));
        assertThat(file.path(Setting.CLIENT_CERT)).contains(Path.of("/run/agenix/agent-desk-cert"));
        assertThat(file.path(Setting.CLIENT_KEY)).contains(Path.of("/run/agenix/agent-desk-key"));
        assertThat(file.text(Setting.CACHE_URL)).contains("http://cache.example.com:5000");
        assertThat(file.text(Setting.PUSH_TO)).contains("ssh://root@cache.example.com");
        assertThat(file.texts(Setting.TRUSTED_PUBLIC_KEYS)).containsExactly("a:b", "c:d");
        assertThat(file.text(Setting.HOOK_URL)).contains("http://cache.example.com:8081/mycache");
        assertThat(file.text(Setting.HOOK_COMMAND)).contains("attic push mycache {}");
        assertThat(file.text(Setting.STRATEGY)).contains("staged");
        assertThat(file.text(Setting.HEALTH_TIMEOUT)).contains("300");
        assertThat(file.text(Setting.FAILURE_THRESHOLD)).contains("0");
        assertThat(file.text(Setting.ON_FAILURE)).contains("pause");
        assertThat(warnings).isEmpty();
    }

    @Test
    void isFoundFromBelow() throws IOException {
        var _ = read("[cache]\nurl = \"https://c\"\n", Map.of());
        Path below = Files.createDirectories(directory.resolve("a/b"));

        FleetFile found = FleetFile.find(below, Map.of(), warnings::add);

        assertThat(found.text(Setting.CACHE_URL)).contains("https://c");
    }

    @Test
    void knowsTheHostsNameAlsoWhereTheShellKeepsIt() throws IOException {
        FleetFile file = read("[tls]\nclient-key = \"/k/${HOST}\"\n", Map.of());

        String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        assertThat(file.path(Setting.CLIENT_KEY)).contains(Path.of("/k", name));
    }

    @Test
    void saysWhereAgentsListen() throws IOException {
        FleetFile file =
                read(
                        """
                        [agents]
                        web-1 = "https://web-1:9443"
                        "db.example.com" = "https://${DB}:9443"
                        """,
                        Map.of("DB", "10.0.0.7"));

        assertThat(file.agents())
                .containsExactly(
                        Map.entry("db.example.com", "https://10.0.0.7:9443"),
                        Map.entry("web-1", "https://web-1:9443"));
        assertThat(warnings).isEmpty();
        assertThat(read("[cache]\nurl = \"https://c\"\n", Map.of()).agents()).isEmpty();
        FleetFile wrong = read("[agents]\nweb-1 = 9443\n", Map.of());
        assertThatThrownBy(wrong::agents)
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("agents.web-1 is not a text in quotes");
    }

    @Test
    void warnsOfWhatNobodyKnows() throws IOException {
        FleetFile file = read("[cache]\nurll = \"https://c\"\n", Map.of());

        assertThat(file.text(Setting.CACHE_URL)).isEmpty();
        assertThat(warnings)
                .containsExactly(
                        directory.resolve(FleetFile.NAME)
                                + ": nobody knows the setting cache.urll");
    }

    @Test
    void saysWhichSettingIsWrong() throws IOException {
        FleetFile file = read("[cache]\nurl = \"${NOWHERE}\"\npush-to = [1]\n", Map.of());

        assertThatThrownBy(() -> file.text(Setting.CACHE_URL))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        ".nixfleet.toml: cache.url names the variable NOWHERE, which is not set");
        assertThatThrownBy(() -> file.text(Setting.PUSH_TO))
                .hasMessageEndingWith("cache.push-to is not a text in quotes");
    }

    @Test
    void saysWhichLineIsNoTomlWithoutQuotingIt() {
        assertThatThrownBy(() -> read("[cache]\nurl = secret words\n", Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(".nixfleet.toml line 2 is not TOML")
                .hasMessageNotContaining("secret");
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.CONTROL_PLANE_URL, "https://cp.example");
        values.put(Setting.HOOK_COMMAND, "sh -c \"a \\ b\" '\u0001' {}");
        values.put(Setting.CACHE_URL, "http://cache:5000");
        Path file = directory.resolve(FleetFile.NAME);
        var written = new NewFleetFile(values);

        written.write(file);

        FleetFile read = FleetFile.read(file, Map.of(), warnings::add);
        for (Map.Entry<Setting, String> value : values.entrySet()) {
            assertThat(read.text(value.getKey())).contains(value.getValue());
        }
        assertThat(warnings).isEmpty();
        assertThatThrownBy(() -> written.write(file))
                .isInstanceOf(FileAlreadyExistsException.class);
    }
}
