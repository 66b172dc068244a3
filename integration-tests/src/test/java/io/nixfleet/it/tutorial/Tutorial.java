package io.nixfleet.it.tutorial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The commands of a Markdown file's section "Tutorial", and what they are said to print.
 *
 * @param steps in their order
 */
record Tutorial(List<Step> steps) {
    private static final String HEADING = "## ";
    private static final String FENCE = "```";

    /**
     * A block of commands.
     *
     * @param commands lines of shell, each ended
     * @param shown all that they print, if the reader is shown it
     */
    record Step(String commands, Optional<String> shown) {
        private Step showing(String output) {
            if (shown.isPresent()) {
                throw new IllegalArgumentException("two outputs of " + commands);
            }
            return new Step(commands, Optional.of(output));
        }
    }

    static Tutorial read(Path markdown) throws IOException {
        return parse(Files.readAllLines(markdown));
    }

    /** Blocks of {@code sh} are commands, one of {@code text} is what those before it print. */
    static Tutorial parse(List<String> lines) {
        var steps = new ArrayList<Step>();
        boolean inside = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(HEADING)) {
                inside = line.equals(HEADING + "Tutorial");
            } else if (line.startsWith(FENCE)) {
                int end = i + 1 + lines.subList(i + 1, lines.size()).indexOf(FENCE);
                if (end == i) {
                    throw new IllegalArgumentException(
                            "line %d begins a block without end".formatted(i + 1));
                }
                if (inside) {
                    add(line.substring(FENCE.length()), lines.subList(i + 1, end), steps);
                }
                i = end;
            }
        }
        return new Tutorial(List.copyOf(steps));
    }

    private static void add(String language, List<String> block, List<Step> steps) {
        String text = String.join("\n", block) + "\n";
        switch (language) {
            case "sh" -> steps.add(new Step(text, Optional.empty()));
            case "text" -> steps.add(steps.removeLast().showing(text));
            // On another machine.
            case "console" -> {}
            default -> throw new IllegalArgumentException("a block of '%s'".formatted(language));
        }
    }

    /**
     * One script of all steps, which ends with the first command that fails.
     *
     * @param folder which has afterwards the output of each step that was begun, as {@code 1}, …
     */
    String script(String folder) {
        var script = new StringBuilder("set -eu\nmkdir -p %s\n".formatted(folder));
        for (int i = 0; i < steps.size(); i++) {
            script.append("exec >%s/%d 2>&1\n".formatted(folder, i + 1));
            script.append(steps.get(i).commands());
        }
        return script.toString();
    }

    /** An output without what is another one each time: times, and names made of them. */
    static String lasting(String output) {
        return output.replaceAll("\\b\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "DATE")
                .replaceAll("(?m)^\\d\\d:\\d\\d:\\d\\d\\b", "TIME")
                .replaceAll("\\b\\d{8}-\\d{6}-[0-9a-f]{5}\\b", "ID")
                .replaceAll("\\btook [0-9.]+ m?s\\b", "took SPAN")
                .replaceAll("/nix/store/[0-9a-z]{32}-", "/nix/store/HASH-")
                .replaceAll("\\bnixfleet-agent \\d\\S*", "nixfleet-agent VERSION");
    }
}
