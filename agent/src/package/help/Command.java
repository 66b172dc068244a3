import io.nixfleet.agent.cli.CommandLines;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command as the program's own parser knows it; the program itself has no name. */
record Command(String name, CommandSpec spec) {
    static final String PROGRAM = "nixfleet-agent";

    /** The program, and then its commands in the order of its help. */
    static List<Command> all() {
        CommandLine program = CommandLines.commandLine();
        var all = new ArrayList<>(List.of(new Command("", program.getCommandSpec())));
        program.getSubcommands()
                .forEach((name, command) -> all.add(new Command(name, command.getCommandSpec())));
        all.removeIf(command -> command.spec.usageMessage().hidden());
        return all;
    }

    boolean isProgram() {
        return name.isEmpty();
    }

    List<OptionSpec> options() {
        return spec.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .toList();
    }

    String summary() {
        return text(spec.usageMessage().header());
    }

    String description() {
        return text(spec.usageMessage().description());
    }

    static String text(String... lines) {
        return String.join(" ", lines);
    }

    /** A sentence without its full stop. */
    static String firstSentence(String text) {
        return text.split("\\. |\\.$|: ", 2)[0];
    }

    boolean takesStorePaths() {
        return spec.positionalParameters().stream()
                .anyMatch(parameter -> parameter.paramLabel().equals("STORE_PATH"));
    }
}
