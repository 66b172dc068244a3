import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish. */
record FishCompletion(List<Command> commands) {
    private static final String HEAD =
            """
            # Completion of nixfleet-agent for fish. Made by the build from the program's own options.

            # Whether the command line is one of this command; of the daemon without one.
            function __nixfleet_agent_is
                set -l words (commandline -opc)
                if not set -q argv[1]
                    not set -q words[2]; or string match -q -- '-*' $words[2]
                    return
                end
                set -q words[2]; and contains -- $words[2] $argv
            end

            function __nixfleet_agent_is_empty
                set -l words (commandline -opc)
                not set -q words[2]
            end

            complete -c nixfleet-agent -f
            """;

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD);
        for (Command command : commands) {
            if (!command.isProgram()) {
                text.append(
                        "complete -c nixfleet-agent -n __nixfleet_agent_is_empty -a %s -d %s\n"
                                .formatted(command.name(), quoted(command.summary())));
            }
        }
        for (Command command : commands) {
            String here =
                    "complete -c nixfleet-agent -n %s"
                            .formatted(quoted(("__nixfleet_agent_is " + command.name()).strip()));
            text.append('\n');
            for (OptionSpec option : command.options()) {
                text.append(here).append(option(option)).append('\n');
            }
            if (command.takesStorePaths()) {
                text.append(here).append(" -F\n");
            }
        }
        return text.toString();
    }

    private static String option(OptionSpec option) {
        var text = new StringBuilder();
        for (String name : option.names()) {
            text.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("-+", ""));
        }
        text.append(
                switch (Taken.of(option)) {
                    case Taken.Nothing _ -> "";
                    case Taken.Files _, Taken.StorePaths _ -> " -r -F";
                    case Taken.Directories _ -> " -x -a '(__fish_complete_directories)'";
                    case Taken.Words(var words) ->
                            "%s -a '%s'"
                                    .formatted(
                                            Taken.optional(option) ? " -f" : " -x",
                                            String.join(" ", words));
                    case Taken.Anything _ -> " -x";
                });
        String about = Command.firstSentence(Command.text(option.description()));
        return text.append(" -d ").append(quoted(about)).toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
