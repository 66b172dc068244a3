import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual: one page with all commands.
 *
 * @param properties of program.properties
 * @param date as 2026-01-31
 */
record ManPage(String name, Properties properties, List<Command> commands, String date) {
    /** Options that so many have in common are listed once. */
    private static final int MANY = 9;

    private static final Pattern VARIABLE = Pattern.compile("Variable: (NIXFLEET_[A-Z_]+)");

    @Override
    public String toString() {
        var page = new Roff();
        page.macro(
                "TH %s 1 %s \"%s\" \"User Commands\""
                        .formatted(
                                name.toUpperCase(Locale.ROOT),
                                date,
                                // As --version has it: name and version.
                                commands.getFirst().spec().version()[0]));
        // No hyphens in names of variables, no stretched lines.
        page.macro("nh");
        page.macro("ad l");
        page.macro("SH NAME");
        page.text("%s - %s".formatted(name, properties.getProperty("summary")));
        page.macro("SH SYNOPSIS");
        page.macro("nf");
        for (Command command : commands) {
            for (String line : command.spec().usageMessage().customSynopsis()) {
                page.line(line.strip());
            }
        }
        page.macro("fi");
        page.macro("SH DESCRIPTION");
        page.text(commands.getFirst().description());
        page.paragraph(
                ("Commands that have --json print exactly one JSON document on standard output then, also"
                        + " when they fail; JSON Schemas of these documents are in"
                        + " share/%s/schemas of the package. Warnings, errors and progress go"
                        + " to standard error; colours, and a bar that is redrawn, to a terminal only.")
                        .formatted(name));
        page.macro("SH COMMANDS");
        var before = new ArrayList<Command>();
        for (Command command : commands) {
            if (!command.isProgram()) {
                command(page, command, before);
                before.add(command);
            }
        }
        environment(page);
        files(page);
        page.macro("SH SEE ALSO");
        page.text(properties.getProperty("see-also"));
        return page.toString();
    }

    private void command(Roff page, Command command, List<Command> before) {
        page.macro("SS " + command.name());
        page.text(command.description());
        for (PositionalParamSpec argument : command.spec().positionalParameters()) {
            page.tag(
                    Roff.italic(argument.paramLabel()), Command.text(argument.description()));
        }
        List<OptionSpec> own = command.options();
        Optional<Command> like =
                before.stream()
                        .filter(other -> common(command, other) >= MANY)
                        // The one of which there is least to except.
                        .min(
                                Comparator.comparingLong(
                                        other -> other.options().size() - common(command, other)));
        if (like.isPresent()) {
            List<String> shared = texts(like.get());
            own = own.stream().filter(option -> !shared.contains(text(option))).toList();
            page.paragraph(
                    "It takes the options of %s%s.%s"
                            .formatted(
                                    like.get().name(),
                                    without(like.get(), command),
                                    own.isEmpty() ? "" : " Besides:"));
        }
        for (OptionSpec option : own) {
            page.tag(tag(option), Command.text(option.description()));
        }
        page.paragraph("Exit codes:");
        Map<String, String> codes = command.spec().usageMessage().exitCodeList();
        codes.forEach((code, meaning) -> page.tag(Roff.escaped(code), meaning));
        page.paragraph("Examples:");
        page.macro("PP");
        page.macro("EX");
        for (String line : command.spec().usageMessage().footer()) {
            // The help formats it.
            page.line(line.replace("%%", "%"));
        }
        page.macro("EE");
    }

    private static String text(OptionSpec option) {
        return option.longestName() + " " + Command.text(option.description());
    }

    private static List<String> texts(Command command) {
        return command.options().stream().map(ManPage::text).toList();
    }

    private static long common(Command command, Command other) {
        List<String> texts = texts(other);
        return command.options().stream().filter(option -> texts.contains(text(option))).count();
    }

    private static String without(Command other, Command command) {
        List<String> texts = texts(command);
        String lacking =
                other.options().stream()
                        .filter(option -> !texts.contains(text(option)))
                        .map(OptionSpec::longestName)
                        .collect(Collectors.joining(", "));
        return lacking.isEmpty() ? "" : ", but " + lacking;
    }

    private static String tag(OptionSpec option) {
        String names =
                List.of(option.names()).stream()
                        .map(name -> Roff.bold(name))
                        .collect(Collectors.joining(", "));
        String label = Roff.italic(option.paramLabel());
        return switch (Taken.of(option)) {
            case Taken.Nothing _ -> names;
            case Taken _ when Taken.optional(option) -> names + "[=" + label + "]";
            case Taken _ -> names + "=" + label;
        };
    }

    private void environment(Roff page) {
        var options = new TreeMap<String, String>();
        for (Command command : commands) {
            for (OptionSpec option : command.options()) {
                Matcher variable = VARIABLE.matcher(Command.text(option.description()));
                if (variable.find()) {
                    options.put(variable.group(1), option.longestName());
                }
            }
        }
        var all = new LinkedHashMap<String, String>();
        options.forEach((variable, option) -> all.put(variable, "What %s takes.".formatted(option)));
        all.putAll(named("variable."));
        all.put(
                properties.getProperty("heap.variable"),
                "The most heap that the JVM may use, such as 128m. Default: %s."
                        .formatted(properties.getProperty("heap")));
        all.put("NIXFLEET_JAVA_OPTS", "More flags for the JVM, parted by blanks.");
        all.put("NIX_SSL_CERT_FILE", "Certificate authorities besides the system's, as for Nix.");
        all.put("NO_COLOR", "Not empty: no colours.");
        page.macro("SH ENVIRONMENT");
        all.forEach((variable, text) -> page.tag(Roff.bold(variable), text));
    }

    private void files(Roff page) {
        var files = new TreeMap<String, String>();
        Pattern stands = Pattern.compile("Default: (/[^ ]+)\\.$");
        for (Command command : commands) {
            for (OptionSpec option : command.options()) {
                Matcher file = stands.matcher(Command.text(option.description()));
                if (file.find()) {
                    files.putIfAbsent(
                            file.group(1),
                            "Where %s does not name another.".formatted(option.longestName()));
                }
            }
        }
        files.putAll(named("file."));
        page.macro("SH FILES");
        files.forEach((file, text) -> page.tag(Roff.italic(file), text));
    }

    /** What program.properties has below a prefix. */
    private Map<String, String> named(String prefix) {
        var named = new TreeMap<String, String>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(prefix)) {
                named.put(key.substring(prefix.length()), properties.getProperty(key));
            }
        }
        return named;
    }
}
