import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for bash. */
record BashCompletion(String program, List<Command> commands) {
    private static final String HEAD =
            """
            # Completion of @NAME@ for bash. Made by the build from the program's own options.
            _@FUNCTION@() {
                local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
                local command= options= takes= arguments=
                COMPREPLY=()
                ((COMP_CWORD < 2)) || command=${COMP_WORDS[1]}
                # Bash makes three words of --option=value.
                if [[ $cur == '=' ]]; then
                    cur=
                elif [[ $option == '=' ]]; then
                    option=${COMP_WORDS[COMP_CWORD - 2]}
                fi
            """;

    private static final String WITHIN_GROUP =
            """
                case $command in
                    %s) ((COMP_CWORD < 3)) || command+=" ${COMP_WORDS[2]}" ;;
                esac
            """;

    private static final String TAIL =
            """
                esac
                [[ $cur != -* ]] || takes=options
                case ${takes:-$arguments} in
                    '' | anything) ;;
                    options) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur") ;;
                    files)
                        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                        compopt -o filenames 2>/dev/null
                        ;;
                    directories)
                        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
                        compopt -o filenames 2>/dev/null
                        ;;
                    store-paths)
                        if [[ $cur ]]; then
                            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                            compopt -o filenames 2>/dev/null
                        else
                            COMPREPLY=(/nix/store/)
                            compopt -o nospace 2>/dev/null
                        fi
                        ;;
                    *) mapfile -t COMPREPLY < <(compgen -W "${takes:-$arguments}" -- "$cur") ;;
                esac
                return 0
            }
            complete -F _@FUNCTION@ @NAME@
            """;

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD);
        Set<String> groups = Command.groups(commands);
        if (!groups.isEmpty()) {
            text.append(WITHIN_GROUP.formatted(String.join(" | ", groups)));
        }
        text.append("    case $command in\n");
        for (Command command : commands) {
            if (!command.isProgram()) {
                text.append("        %s)\n%s            ;;\n".formatted(pattern(command), body(command)));
            }
        }
        text.append("        *)\n%s            ;;\n".formatted(body(commands.getFirst())));
        return text.append(TAIL)
                .toString()
                .replace("@NAME@", program)
                .replace("@FUNCTION@", program.replace('-', '_'));
    }

    private static String pattern(Command command) {
        return command.name().contains(" ") ? "'" + command.name() + "'" : command.name();
    }

    private String body(Command command) {
        var lines = new ArrayList<String>();
        lines.add(
                "options='%s'"
                        .formatted(
                                command.options().stream()
                                        .flatMap(option -> List.of(option.names()).stream())
                                        .collect(Collectors.joining(" "))));
        if (command.isProgram()) {
            lines.add("((COMP_CWORD > 1)) || arguments='%s'".formatted(names(command)));
        } else if (command.isGroup()) {
            lines.add("arguments='%s'".formatted(names(command)));
        } else if (command.takesStorePaths()) {
            lines.add("arguments=store-paths");
        }
        var byTaken = new LinkedHashMap<String, List<String>>();
        for (OptionSpec option : command.options()) {
            String taken = taken(Taken.of(option));
            if (!taken.isEmpty()) {
                byTaken.computeIfAbsent(taken, _ -> new ArrayList<>()).add(option.longestName());
            }
        }
        if (!byTaken.isEmpty()) {
            lines.add("case $option in");
            byTaken.forEach(
                    (taken, options) ->
                            lines.add(
                                    "    %s) takes='%s' ;;"
                                            .formatted(String.join(" | ", options), taken)));
            lines.add("esac");
        }
        return lines.stream().map(line -> "            " + line + "\n").collect(Collectors.joining());
    }

    private String names(Command command) {
        return command.within(commands).stream()
                .map(Command::word)
                .collect(Collectors.joining(" "));
    }

    private static String taken(Taken taken) {
        return switch (taken) {
            case Taken.Nothing _ -> "";
            case Taken.Files _ -> "files";
            case Taken.Directories _ -> "directories";
            case Taken.StorePaths _ -> "store-paths";
            case Taken.Words(var words) -> String.join(" ", words);
            case Taken.Anything _ -> "anything";
        };
    }
}
