package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.process.ProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As {@code systemctl show} of systemd 252 and later prints it. */
class UnitCommandTest {
    private static UnitCommand parse(String arguments, String environment, String files) {
        return UnitCommand.parse(
                        Map.of(
                                "ExecStart",
                                "{ path=/nix/store/x/bin/nixfleet-agent ;"
                                        + " argv[]=/nix/store/x/bin/nixfleet-agent"
                                        + arguments
                                        + " ; ignore_errors=no ; start_time=[n/a] ;"
                                        + " stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }",
                                "Environment",
                                environment,
                                "EnvironmentFiles",
                                files))
                .orElseThrow();
    }

    @Test
    void readsTheWordsOfTheProgram() {
        assertThat(parse(" run --machine-id web-1 --dry-run --poll-interval=5", "", "").arguments())
                .containsExactly("--machine-id", "web-1", "--dry-run", "--poll-interval=5");
        assertThat(parse("", "", "").arguments()).isEmpty();
    }

    @Test
    void keepsBlanksOfAValue() {
        assertThat(
                        parse(" --tags a  b,c --cache-url  --db-path=/a b/c --dry-run", "", "")
                                .arguments())
                .containsExactly(
                        "--tags", "a  b,c", "--cache-url", "", "--db-path=/a b/c", "--dry-run");
    }

    @Test
    void replacesVariablesAsSystemdDoes() {
        assertThat(parse(" --machine-id ${ID}$$x${NONE}", "ID=web-1", "").arguments())
                .containsExactly("--machine-id", "web-1$x");
    }

    @Test
    void readsTheEnvironment() {
        assertThat(parse("", "A=1 \"B=two words\" C=\"a\\\"b\\\\\\$\" D= E==", "").environment())
                .isEqualTo(Map.of("A", "1", "B", "two words", "C", "a\"b\\$", "D", "", "E", "="));
    }

    @Test
    void namesFilesThatItDoesNotRead() {
        assertThat(parse("", "", "/etc/a (ignore_errors=no) /etc/b (ignore_errors=yes)").files())
                .isEqualTo(List.of("/etc/a", "/etc/b"));
    }

    /** As systemd prints files: a line each. */
    @Test
    void asksSystemdForAll(@TempDir Path directory) throws Exception {
        FakeHost.program(
                directory.resolve("systemctl"),
                """
                echo LoadState=loaded
                echo 'ExecStart={ path=/a ; argv[]=/a --dry-run ; ignore_errors=no ; pid=0 }'
                echo 'EnvironmentFiles=/etc/a (ignore_errors=no)'
                echo 'EnvironmentFiles=/etc/b (ignore_errors=yes)'
                """);
        var programs =
                new Programs(
                        new ProcessRunner(),
                        Map.of("PATH", directory.toString()),
                        Duration.ofMinutes(1));

        UnitCommand command = UnitCommand.find(programs).orElseThrow();

        assertThat(command.arguments()).containsExactly("--dry-run");
        assertThat(command.files()).containsExactly("/etc/a", "/etc/b");
    }

    @Test
    void isNoneWithoutACommand() {
        assertThat(UnitCommand.parse(Map.of("ExecStart", ""))).isEmpty();
        assertThat(UnitCommand.parse(Map.of())).isEmpty();
    }
}
