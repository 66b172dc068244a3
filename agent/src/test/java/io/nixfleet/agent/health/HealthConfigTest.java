package io.nixfleet.agent.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HealthConfigTest {
    @TempDir Path dir;

    @Test
    void readsEveryKindOfCheckWithItsDefaults() throws Exception {
        var config =
                HealthConfig.read(
                        file(
                                """
                                {"systemd": [{"units": ["sshd.service", "nginx.service"], "x": 1}],
                                 "http": [{"url": "http://localhost:8080/health"},
                                          {"url": "https://u:p@h/", "timeout": 7, "interval": 5,
                                           "expectedStatus": 204},
                                          {"url": "http://h/", "expected_status": 404}],
                                 "command": [{"name": "disk", "command": "true"},
                                             {"name": "db", "command": "false", "timeout": 9}],
                                 "else": null}
                                """));

        assertThat(config.checks())
                .containsExactly(
                        new Check.Unit("sshd.service"),
                        new Check.Unit("nginx.service"),
                        http("http://localhost:8080/health", 3, 200),
                        http("https://u:p@h/", 7, 204),
                        http("http://h/", 3, 404),
                        new Check.ShellCommand("disk", "true", Duration.ofSeconds(5)),
                        new Check.ShellCommand("db", "false", Duration.ofSeconds(9)));
        assertThat(config.checks())
                .extracting(Check::name)
                .containsExactly(
                        "sshd.service",
                        "nginx.service",
                        "http://localhost:8080/health",
                        "https://h/",
                        "http://h/",
                        "disk",
                        "db");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "{}", "{\"systemd\": [], \"http\": null}"})
    void asksSystemdWhereNothingIsConfigured(String text) throws Exception {
        assertThat(HealthConfig.read(file(text))).isEqualTo(HealthConfig.DEFAULT);
    }

    @Test
    void asksSystemdWithoutAFile() throws Exception {
        assertThat(HealthConfig.read(dir.resolve("none")).checks())
                .containsExactly(new Check.SystemRunning());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"http": [             | are not JSON: line 1 column
                    {} {}                  | are not JSON: line 1 column
                    []                     | the top is no object
                    {"systemd": {}}        | systemd is no array
                    {"systemd": [{"units": "a"}]}     | systemd[0].units is no array
                    {"systemd": [{"units": ["a", 1]}]}| systemd[0].units[1] is no text
                    {"http": [7]}          | http[0] is no object
                    {"http": [{}]}         | http[0].url is missing
                    {"http": [{"url": "ftp://h/"}]}   | http[0].url is no http:// or https:// URL
                    {"http": [{"url": "http://a b"}]} | http[0].url is no URL
                    {"http": [{"url": "http://h", "timeout": 0}]} | http[0].timeout is no number from 1 to 3600
                    {"http": [{"url": "http://h", "expectedStatus": "200"}]} | http[0].expectedStatus is no number from 100 to 599
                    {"command": [{"name": "n"}]}      | command[0].command is missing
                    """)
    void saysWhereAFileIsWrong(String text, String problem) throws Exception {
        Path file = file(text);

        assertThatThrownBy(() -> HealthConfig.read(file))
                .isInstanceOf(HealthConfigException.class)
                .hasMessageStartingWith("the health checks " + file)
                .hasMessageContaining(problem);
    }

    @Test
    void makesAFileThatIsWrongACheckThatFails() throws Exception {
        var checks = HealthConfig.readOrFail(file("{")).checks();

        assertThat(checks).hasSize(1);
        assertThat(checks.getFirst().name()).isEqualTo("health-config");
    }

    private static Check http(String url, int seconds, int status) {
        return new Check.Http(URI.create(url), Duration.ofSeconds(seconds), status);
    }

    private Path file(String text) throws Exception {
        return Files.writeString(dir.resolve("health-checks.json"), text);
    }
}
