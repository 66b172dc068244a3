import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for zsh. */
record ZshCompletion(List<Command> commands) {
    private static final String HEAD =
            """
            #compdef nixfleet-agent
            # Completion of nixfleet-agent for zsh. Made by the build from the program's own options.

            _nixfleet-agent_store_paths() {
                if [[ -z $PREFIX ]]; then
                    compadd -S '' /nix/store/
                else
                    _files
                fi
            }

            _nixfleet-agent() {
                local -a commands options
                local command=
                (( CURRENT < 3 )) || command=$words[2]
                case $command in
            """;

    private static final String TAIL =
            """
                esac
                if [[ -n $command && $command != -* ]]; then
                    shift words
                    (( CURRENT-- ))
                elif (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
                    _describe -t commands command commands
                    return
                fi
                _arguments -S $options
            }

            if [[ $funcstack[1] == _nixfleet-agent ]]; then
                _nixfleet-agent "$@"
            fi
            """;

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD);
        for (Command command : commands) {
            if (!command.isProgram()) {
                text.append(
                        "        %s)\n            options=(\n%s            )\n            ;;\n"
                                .formatted(command.name(), options(command)));
            }
        }
        text.append("        *)\n            commands=(\n");
        for (Command command : commands) {
            if (!command.isProgram()) {
                text.append(
                        "                %s\n"
                                .formatted(quoted(command.name() + ":" + command.summary())));
            }
        }
        text.append("            )\n            options=(\n");
        text.append(options(commands.getFirst())).append("            )\n            ;;\n");
        return text.append(TAIL).toString();
    }

    private static String options(Command command) {
        String options =
                command.options().stream()
                        .map(option -> "                " + option(option) + "\n")
                        .collect(Collectors.joining());
        return command.takesStorePaths()
                ? options + "                '*:STORE_PATH:_nixfleet-agent_store_paths'\n"
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
            case Taken.StorePaths _ -> "_nixfleet-agent_store_paths";
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
