package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.UnitStanding.Shown;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How systemd would start the agent.
 *
 * @param arguments of the program
 * @param environment that the unit sets
 * @param files with more of that, which are not read: they hold secrets as a rule
 */
public record UnitCommand(
        List<String> arguments, Map<String, String> environment, List<String> files) {
    private static final Pattern ARGUMENTS =
            Pattern.compile("argv\\[\\]=(.*?) ; (?:ignore_errors|flags)=", Pattern.DOTALL);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\$|\\$\\{([A-Za-z0-9_]+)\\}");
    private static final Pattern FILE = Pattern.compile("(\\S+) \\(ignore_errors=(?:yes|no)\\)");

    public UnitCommand {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        files = List.copyOf(files);
    }

    /** Asks systemd; empty where there is no such unit, or no systemd. */
    public static Optional<UnitCommand> find(Programs programs) throws InterruptedException {
        return UnitStanding.ask(programs) instanceof Shown shown && shown.installed()
                ? parse(shown.properties())
                : Optional.empty();
    }

    /** Reads what {@code systemctl show} prints. */
    static Optional<UnitCommand> parse(Map<String, String> properties) {
        Matcher started = ARGUMENTS.matcher(properties.getOrDefault("ExecStart", ""));
        if (!started.find()) {
            return Optional.empty();
        }
        Map<String, String> environment = environment(properties.getOrDefault("Environment", ""));
        var arguments = new ArrayList<String>();
        for (String word : words(started.group(1))) {
            arguments.add(expanded(word, environment));
        }
        if (!arguments.isEmpty() && arguments.getFirst().equals("run")) {
            arguments.removeFirst();
        }
        var files = new ArrayList<String>();
        Matcher file = FILE.matcher(properties.getOrDefault("EnvironmentFiles", ""));
        while (file.find()) {
            files.add(file.group(1));
        }
        return Optional.of(new UnitCommand(arguments, environment, files));
    }

    /**
     * The words after the program. systemctl parts them by blanks and nothing else, so that those
     * of a value look like words, too: what is neither an option nor the first word after one
     * belongs to the word before.
     */
    private static List<String> words(String shown) {
        var words = new ArrayList<String>();
        boolean valueIsDue = false;
        for (String word : shown.split(" ", -1)) {
            boolean option = word.startsWith("--");
            if (option || valueIsDue || words.size() < 2) {
                words.add(word);
            } else {
                words.add(words.removeLast() + " " + word);
            }
            valueIsDue = option && !word.contains("=");
        }
        return words.subList(1, words.size());
    }

    /** As systemd does it when it starts the program. */
    private static String expanded(String word, Map<String, String> environment) {
        return VARIABLE.matcher(word)
                .replaceAll(
                        found ->
                                Matcher.quoteReplacement(
                                        found.group(1) == null
                                                ? "$"
                                                : environment.getOrDefault(found.group(1), "")));
    }

    /** {@code A=1 "B=two words"}, quoted as shells have it. */
    private static Map<String, String> environment(String shown) {
        var environment = new HashMap<String, String>();
        var word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= shown.length(); i++) {
            char c = i < shown.length() ? shown.charAt(i) : ' ';
            if (c == ' ' && (!quoted || i == shown.length())) {
                add(word.toString(), environment);
                word.setLength(0);
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && i + 1 < shown.length()) {
                i++;
                word.append(shown.charAt(i));
            } else {
                word.append(c);
            }
        }
        return environment;
    }

    private static void add(String assignment, Map<String, String> environment) {
        int equals = assignment.indexOf('=');
        if (equals > 0) {
            environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
        }
    }

    /** Without values: they may be secrets. */
    @Override
    public String toString() {
        return "UnitCommand";
    }
}
