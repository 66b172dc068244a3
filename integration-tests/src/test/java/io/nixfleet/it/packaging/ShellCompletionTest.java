package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the shells themselves make of the package's completions. */
class ShellCompletionTest {
    private static final Path SHARE = Launcher.builtPackage().resolve("share");
    private static final Path BASH = SHARE.resolve("bash-completion/completions/nixfleet-agent");
    private static final Path ZSH_FUNCTIONS = SHARE.resolve("zsh/site-functions");
    private static final Path ZSH = ZSH_FUNCTIONS.resolve("_nixfleet-agent");
    private static final Path FISH = SHARE.resolve("fish/vendor_completions.d/nixfleet-agent.fish");

    private static final String[] COMMANDS = {
        "run", "fetch", "plan", "try", "status", "history", "deploy", "retry", "doctor"
    };

    /** Words of a command line, as Bash parts it; it prints what may stand for the last one. */
    private static final String ASK_BASH =
            """
            source "$1"
            shift
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            _nixfleet_agent
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    /** An interactive zsh in which somebody types a line, Tab and Enter. */
    private static final String ASK_ZSH =
            """
            zmodload zsh/zpty
            zpty typist zsh -f -i
            zpty -w typist "PS1= fpath=(${(q)1} \\$fpath); autoload -Uz compinit; compinit -u -D; \
            nixfleet-agent() { print -r -- \\"MADE<\\$*>\\" }; print REA''DY"
            zpty -r -m typist got '*READY*'
            zpty -w -n typist "$2"$'\\t'
            zpty -w -n typist $'\\n'
            zpty -r -m typist got '*MADE<*>*'
            print -r -- "${${got##*MADE<}%%>*}"
            """;

    @TempDir private Path directory;

    @BeforeEach
    void makeFiles() throws IOException {
        Files.writeString(directory.resolve("netrc of mine"), "");
        Files.createDirectory(directory.resolve("sub"));
    }

    private List<String> bash(String... words) {
        var command =
                new ArrayList<>(
                        List.of("bash", "-c", ASK_BASH, "bash", BASH.toString(), "nixfleet-agent"));
        command.addAll(List.of(words));
        return Commands.run(command).stdout().lines().filter(line -> !line.isEmpty()).toList();
    }

    private static String zsh(String line) {
        return Commands.run(
                        List.of(
                                "timeout",
                                "60",
                                "zsh",
                                "-f",
                                "-c",
                                ASK_ZSH,
                                "zsh",
                                ZSH_FUNCTIONS.toString(),
                                "nixfleet-agent " + line))
                .stdout()
                .strip();
    }

    private static List<String> fish(String line) {
        return Commands.run(
                        List.of(
                                "fish",
                                "--no-config",
                                "-c",
                                "source $argv[1]; complete -C $argv[2]",
                                FISH.toString(),
                                "nixfleet-agent " + line))
                .stdout()
                .lines()
                .map(candidate -> candidate.replaceFirst("\t.*", ""))
                .toList();
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

    @ParameterizedTest
    @CsvSource({"bash -n", "zsh -n", "fish --no-execute"})
    void areSound(String check) {
        Path file = check.startsWith("bash") ? BASH : check.startsWith("zsh") ? ZSH : FISH;
        String[] words = check.split(" ", -1);

        assertThat(Commands.run(List.of(words[0], words[1], file.toString())).output()).isEmpty();
    }
}
