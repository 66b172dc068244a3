package io.nixfleet.it.packaging;

import io.nixfleet.it.nix.Commands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the shells make of a program's completions.
 *
 * @param share of its package
 */
record Shells(String program, Path share) {
    /** Words of a command line, as Bash parts it; it prints what may stand for the last one. */
    private static final String ASK_BASH =
            """
            source "$1"
            completion=$2
            shift 2
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            $completion
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    /** An interactive zsh in which somebody types a line, Tab and Enter. */
    private static final String ASK_ZSH =
            """
            zmodload zsh/zpty
            zpty typist zsh -f -i
            zpty -w typist "PS1= fpath=(${(q)1} \\$fpath); autoload -Uz compinit; compinit -u -D; \
            $3() { print -r -- \\"MADE<\\$*>\\" }; print REA''DY"
            zpty -r -m typist got '*READY*'
            zpty -w -n typist "$2"$'\\t'
            zpty -w -n typist $'\\n'
            zpty -r -m typist got '*MADE<*>*'
            print -r -- "${${got##*MADE<}%%>*}"
            """;

    Path bashFile() {
        return share.resolve("bash-completion/completions").resolve(program);
    }

    Path zshFile() {
        return zshFunctions().resolve("_" + program);
    }

    Path fishFile() {
        return share.resolve("fish/vendor_completions.d").resolve(program + ".fish");
    }

    private Path zshFunctions() {
        return share.resolve("zsh/site-functions");
    }

    /** What may stand for the last of these words, which follow the program's name. */
    List<String> bash(String... words) {
        String function = "_" + program.replace('-', '_');
        var command =
                new ArrayList<>(
                        List.of(
                                "bash",
                                "-c",
                                ASK_BASH,
                                "bash",
                                bashFile().toString(),
                                function,
                                program));
        command.addAll(List.of(words));
        return Commands.run(command).stdout().lines().filter(line -> !line.isEmpty()).toList();
    }

    /** What Tab makes of a line, of which the program's name is left out. */
    String zsh(String line) {
        return Commands.run(
                        List.of(
                                "timeout",
                                "60",
                                "zsh",
                                "-f",
                                "-c",
                                ASK_ZSH,
                                "zsh",
                                zshFunctions().toString(),
                                program + " " + line,
                                program))
                .stdout()
                .strip();
    }

    /** What may stand at the end of a line, of which the program's name is left out. */
    List<String> fish(String line) {
        return Commands.run(
                        List.of(
                                "fish",
                                "--no-config",
                                "-c",
                                "source $argv[1]; complete -C $argv[2]",
                                fishFile().toString(),
                                program + " " + line))
                .stdout()
                .lines()
                .map(candidate -> candidate.replaceFirst("\t.*", ""))
                .toList();
    }
}
