import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A command as the program's own parser knows it.
 *
 * @param name its words, such as {@code release create}; the program itself has none
 */
record Command(String name, CommandSpec spec) {
    /** The program, and then its commands in the order of its help, each before those within it. */
    static List<Command> all(CommandLine program) {
        var all = new ArrayList<Command>();
        add(new Command("", program.getCommandSpec()), all);
        return all;
    }

    private static void add(Command command, List<Command> all) {
        if (command.spec.usageMessage().hidden()) {
            return;
        }
        all.add(command);
        command.spec
                .subcommands()
                .forEach(
                        (word, inner) ->
                                add(
                                        new Command(
                                                (command.name + " " + word).strip(),
                                                inner.getCommandSpec()),
                                        all));
    }

    boolean isProgram() {
        return name.isEmpty();
    }

    /** Whether it only has commands within it. */
    boolean isGroup() {
        return !isProgram() && !spec.subcommands().isEmpty();
    }

    /** The commands right within it. */
    List<Command> within(List<Command> all) {
        return all.stream()
                .filter(other -> other.spec.parent() == spec)
                .toList();
    }

    /** The last word of its name. */
    String word() {
        return name.substring(name.lastIndexOf(' ') + 1);
    }

    /** The names of all that are groups. */
    static Set<String> groups(List<Command> all) {
        var groups = new TreeSet<String>();
        all.stream().filter(Command::isGroup).forEach(group -> groups.add(group.name));
        return groups;
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
