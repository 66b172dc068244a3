package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the shells themselves make of the packages' completions. */
class ShellCompletionTest {
    private static final Shells AGENT =
            new Shells("nixfleet-agent", Launcher.builtPackage().resolve("share"));
    private static final Shells OPERATOR =
            new Shells("nixfleet", Launcher.operatorPackage().resolve("share"));

    private static final String[] COMMANDS = {
        "run", "fetch", "plan", "try", "status", "history", "deploy", "retry", "doctor"
    };

    @TempDir private Path directory;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.writeString(directory.resolve("netrc of mine"), "");
        Files.createDirectory(directory.resolve("sub"));
    }

    private static List<String> bash(String... words) {
        return AGENT.bash(words);
    }

    private static String zsh(String line) {
        return AGENT.zsh(line);
    }

    private static List<String> fish(String line) {
        return AGENT.fish(line);
    }

    @Test
    void bashKnowsCommandsOptionsAndValues() {
        assertThat(bash("")).containsExactly(COMMANDS);
        assertThat(bash("fe")).containsExactly("fetch");
        assertThat(bash("fetch", "--ad")).containsExactly("--add-root");
        assertThat(bash("--metrics")).containsExactly("--metrics-port");
        assertThat(bash("deploy", "--action", ""))
                .containsExactly("switch", "boot", "test", "dry-activate");
        assertThat(bash("deploy", "--action", "=", "dr")).containsExactly("dry-activate");
        assertThat(bash("run", "--log-level", "=")).contains("error", "debug");
        assertThat(bash("fetch", "--from", "")).isEmpty();
        assertThat(bash("fetch", "")).containsExactly("/nix/store/");
        assertThat(bash("history", "")).isEmpty();
    }

    @Test
    void bashKnowsFiles() {
        assertThat(bash("fetch", "--netrc-file", directory + "/net"))
                .containsExactly(directory + "/netrc of mine");
        assertThat(bash("try", "--keep", directory + "/")).containsExactly(directory + "/sub");
    }

    @ParameterizedTest
    @CsvSource({
        "fet, fetch",
        "fetch --ad, fetch --add-root",
        "--metrics, --metrics-port",
        "deploy --action dr, deploy --action dry-activate",
        "deploy --action=dr, deploy --action=dry-activate",
        "--air-gapped=tr, --air-gapped=true",
        "run --log-level de, run --log-level debug",
        "status --js, status --json",
        "deploy --wait '', deploy --wait /nix/store/"
    })
    void zshCompletes(String typed, String made) {
        assertThat(zsh(typed.replace("''", ""))).isEqualTo(made);
    }

    @Test
    void zshKnowsFiles() {
        assertThat(zsh("fetch --netrc-file " + directory + "/net"))
                .isEqualTo("fetch --netrc-file " + directory + "/netrc of mine");
        // Zsh takes away the slash after a folder when Enter follows.
        assertThat(zsh("try --keep " + directory + "/"))
                .isEqualTo("try --keep " + directory + "/sub");
    }

    @Test
    void fishKnowsCommandsOptionsAndValues() {
        assertThat(fish("")).containsExactlyInAnyOrder(COMMANDS);
        assertThat(fish("fetch --ad")).containsExactly("--add-root");
        assertThat(fish("--metrics")).containsExactly("--metrics-port");
        assertThat(fish("deploy --action "))
                .containsExactlyInAnyOrder("switch", "boot", "test", "dry-activate");
        assertThat(fish("--air-gapped=t")).containsExactly("--air-gapped=true");
        assertThat(fish("fetch --from ")).isEmpty();
        assertThat(fish("status ")).isEmpty();
    }

    @Test
    void fishKnowsFiles() {
        assertThat(fish("fetch --netrc-file " + directory + "/net"))
                .containsExactly(directory + "/netrc of mine");
        assertThat(fish("try --keep " + directory + "/")).containsExactly(directory + "/sub/");
        assertThat(fish("fetch --from x " + directory + "/s")).containsExactly(directory + "/sub/");
    }

    @Test
    void bashKnowsCommandsWithinGroups() {
        assertThat(OPERATOR.bash(""))
                .containsExactly("init", "release", "deploy", "rollout", "machines", "status");
        assertThat(OPERATOR.bash("rel")).containsExactly("release");
        assertThat(OPERATOR.bash("release", ""))
                .containsExactly("create", "list", "show", "diff", "delete");
        assertThat(OPERATOR.bash("rollout", "re")).containsExactly("resume");
        assertThat(OPERATOR.bash("release", "create", "--eval")).containsExactly("--eval-only");
        assertThat(OPERATOR.bash("release", "create", "")).isEmpty();
        assertThat(OPERATOR.bash("release", "list", "--eval")).isEmpty();
        assertThat(OPERATOR.bash("deploy", "--on-failure", "")).containsExactly("pause", "revert");
        assertThat(OPERATOR.bash("release", "create", "--token-file", directory + "/net"))
                .containsExactly(directory + "/netrc of mine");
    }

    @ParameterizedTest
    @CsvSource({
        "rel, release",
        "release cr, release create",
        "rollout --he, rollout --help",
        "release create --eval, release create --eval-only",
        "deploy --on-failure re, deploy --on-failure revert",
        "machines l, machines list"
    })
    void zshCompletesWithinGroups(String typed, String made) {
        assertThat(OPERATOR.zsh(typed)).isEqualTo(made);
    }

    @Test
    void fishKnowsCommandsWithinGroups() {
        assertThat(OPERATOR.fish(""))
                .containsExactlyInAnyOrder(
                        "init", "release", "deploy", "rollout", "machines", "status");
        assertThat(OPERATOR.fish("release "))
                .containsExactlyInAnyOrder("create", "list", "show", "diff", "delete");
        assertThat(OPERATOR.fish("release create --eval")).containsExactly("--eval-only");
        assertThat(OPERATOR.fish("release list --eval")).isEmpty();
        assertThat(OPERATOR.fish("release create ")).isEmpty();
        assertThat(OPERATOR.fish("rollout re")).containsExactly("resume");
        assertThat(OPERATOR.fish("deploy --on-failure "))
                .containsExactlyInAnyOrder("pause", "revert");
    }

    @ParameterizedTest
    @CsvSource({"bash -n", "zsh -n", "fish --no-execute"})
    void areSound(String check) {
        String[] words = check.split(" ", -1);
        for (Shells shells : List.of(AGENT, OPERATOR)) {
            Path file =
                    switch (words[0]) {
                        case "bash" -> shells.bashFile();
                        case "zsh" -> shells.zshFile();
                        default -> shells.fishFile();
                    };
            assertThat(Commands.run(List.of(words[0], words[1], file.toString())).output())
                    .isEmpty();
        }
    }
}
