package io.nixfleet.agent.console;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What is wrong with a command line, and which words it could have meant. */
final class WrongWord {
    private static final int MOST_SUGGESTIONS = 3;

    private WrongWord() {}

    /** One line; of an option that nobody knows without its value, which may be a secret. */
    static String explain(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        List<String> unmatched = command.getUnmatchedArguments();
        if (unmatched.isEmpty()) {
            return String.valueOf(failure.getMessage());
        }
        // Also where an argument is missing: the word is the likelier mistake.
        String word = unmatched.getFirst();
        if (word.startsWith("-")) {
            String option = word.replaceFirst("=.*", "");
            return "Unknown option: '%s'%s".formatted(option, meant(option, options(command)));
        }
        List<String> commands = commands(command);
        return commands.isEmpty()
                ? "'%s' is one argument too many".formatted(word)
                : "'%s' is no command%s; there are %s"
                        .formatted(word, meant(word, commands), String.join(", ", commands));
    }

    private static String meant(String word, List<String> known) {
        String near =
                known.stream()
                        .map(other -> Map.entry(other, distance(word, other)))
                        .filter(other -> other.getValue() <= 1 + word.length() / 5)
                        .sorted(Comparator.comparingInt(Map.Entry::getValue))
                        .limit(MOST_SUGGESTIONS)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(" or "));
        return near.isEmpty() ? "" : " (did you mean %s?)".formatted(near);
    }

    /** How many letters to add, drop, change or swap with the next until one is the other. */
    private static int distance(String one, String other) {
        int[][] steps = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : step(steps, one, other, i, j);
            }
        }
        return steps[one.length()][other.length()];
    }

    private static int step(int[][] steps, String one, String other, int i, int j) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int least = Math.min(steps[i - 1][j], steps[i][j - 1]) + 1;
        least = Math.min(least, steps[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
                i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
        return swapped ? Math.min(least, steps[i - 2][j - 2] + 1) : least;
    }

    private static List<String> options(CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()))
                .toList();
    }

    private static List<String> commands(CommandLine root) {
        return root.getSubcommands().entrySet().stream()
                .filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
    }
}
