import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for zsh. */
record ZshCompletion(String program, List<Command> commands) {
    private static final String HEAD =
            """
            #compdef @NAME@
            # Completion of @NAME@ for zsh. Made by the build from the program's own options.

            _@NAME@_store_paths() {
                if [[ -z $PREFIX ]]; then
                    compadd -S '' /nix/store/
                else
                    _files
                fi
            }

            _@NAME@() {
                local -a commands options
                local command=
                local -i depth=0
                if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
                    command=$words[2]
                    depth=1
                fi
            """;

    private static final String WITHIN_GROUP =
            """
                case $command in
                    %s)
                        if (( CURRENT > 3 )); then
                            command+=" $words[3]"
                            depth=2
                        fi
                        ;;
                esac
            """;

    private static final String TAIL =
            """
                esac
                shift $depth words
                (( CURRENT -= depth ))
                if (( CURRENT == 2 && $#commands )) && [[ $PREFIX != -* ]]; then
                    _describe -t commands command commands
                    return
                fi
                _arguments -S $options
            }

            if [[ $funcstack[1] == _@NAME@ ]]; then
                _@NAME@ "$@"
            fi
            """;

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD);
        Set<String> groups = Command.groups(commands);
        if (!groups.isEmpty()) {
            text.append(WITHIN_GROUP.formatted(String.join("|", groups)));
        }
        text.append("    case $command in\n");
        for (Command command : commands) {
            if (!command.isProgram()) {
                text.append("        '%s')\n%s            ;;\n".formatted(command.name(), body(command)));
            }
        }
        Command all = commands.getFirst();
        text.append("        '')\n%s            ;;\n".formatted(body(all)));
        text.append("        *)\n%s            ;;\n".formatted(array("options", options(all))));
        return text.append(TAIL).toString().replace("@NAME@", program);
    }

    private String body(Command command) {
        String names =
                command.within(commands).stream()
                        .map(
                                inner ->
                                        "                %s\n"
                                                .formatted(
                                                        quoted(
                                                                inner.word()
                                                                        + ":"
                                                                        + inner.summary())))
                        .collect(Collectors.joining());
        return (names.isEmpty() ? "" : array("commands", names))
                + array("options", options(command));
    }

    private static String array(String name, String lines) {
        return "            %s=(\n%s            )\n".formatted(name, lines);
    }

    private static String options(Command command) {
        String options =
                command.options().stream()
                        .map(option -> "                " + option(option) + "\n")
                        .collect(Collectors.joining());
        return command.takesStorePaths()
                ? options + "                '*:STORE_PATH:_@NAME@_store_paths'\n"
                : options;
    }

    private static String option(OptionSpec option) {
        String about =
                "[" + escaped(Command.firstSentence(Command.text(option.description()))) + "]";
        Taken taken = Taken.of(option);
        if (taken instanceof Taken.Nothing) {
            return option.names().length == 1
                    ? quoted(option.longestName() + about)
                    : "'(- *)'{%s}%s".formatted(String.join(",", option.names()), quoted(about));
        }
        String name = (option.isMultiValue() ? "*" : "") + option.longestName();
        // A value that may be left out must be in the option's own word.
        String value = Taken.optional(option) ? "=-" + about + "::" : "=" + about + ":";
        return quoted(name + value + escaped(option.paramLabel()) + ":" + action(taken));
    }

    private static String action(Taken taken) {
        return switch (taken) {
            case Taken.Files _ -> "_files";
            case Taken.Directories _ -> "_files -/";
            case Taken.StorePaths _ -> "_@NAME@_store_paths";
            case Taken.Words(var words) -> "(" + String.join(" ", words) + ")";
            case Taken.Anything _, Taken.Nothing _ -> " ";
        };
    }

    private static String escaped(String text) {
        return text.replaceAll("[\\[\\]:\\\\]", "\\\\$0");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
