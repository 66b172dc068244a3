import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/** Completion for fish. */
record FishCompletion(String program, List<Command> commands) {
    private static final String HEAD =
            """
            # Completion of @NAME@ for fish. Made by the build from the program's own options.

            # Whether the command line is one of this command; of the program alone without one.
            function __@FUNCTION@_is
                set -l words (commandline -opc)
                if not set -q argv[1]
                    not set -q words[2]; or string match -q -- '-*' $words[2]
                    return
                end
                set -q words[2]; and contains -- $words[2] $argv
            end

            function __@FUNCTION@_is_empty
                set -l words (commandline -opc)
                not set -q words[2]
            end

            """;

    private static final String WITHIN_GROUP =
            """
            # Whether it is one of this command within a group.
            function __@FUNCTION@_is_in
                set -l words (commandline -opc)
                set -q words[3]; and test "$words[2..3]" = "$argv"
            end

            # Whether it ends with this group.
            function __@FUNCTION@_ends
                set -l words (commandline -opc)
                test (count $words) -eq 2; and test $words[2] = $argv[1]
            end

            """;

    @Override
    public String toString() {
        var text = new StringBuilder(HEAD);
        if (!Command.groups(commands).isEmpty()) {
            text.append(WITHIN_GROUP);
        }
        text.append("complete -c @NAME@ -f\n");
        names(commands.getFirst(), "__@FUNCTION@_is_empty", text);
        for (Command command : commands) {
            String condition = quoted(condition(command));
            String here = "complete -c @NAME@ -n " + condition;
            text.append('\n');
            if (command.isGroup()) {
                names(command, condition, text);
            }
            for (OptionSpec option : command.options()) {
                text.append(here).append(option(option)).append('\n');
            }
            if (command.takesStorePaths()) {
                text.append(here).append(" -F\n");
            }
        }
        return text.toString()
                .replace("@NAME@", program)
                .replace("@FUNCTION@", program.replace('-', '_'));
    }

    private void names(Command command, String condition, StringBuilder text) {
        for (Command inner : command.within(commands)) {
            text.append(
                    "complete -c @NAME@ -n %s -a %s -d %s\n"
                            .formatted(condition, inner.word(), quoted(inner.summary())));
        }
    }

    private static String condition(Command command) {
        String function =
                command.isGroup() ? "ends" : command.name().contains(" ") ? "is_in" : "is";
        return "__@FUNCTION@_%s %s".formatted(function, command.name()).strip();
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
