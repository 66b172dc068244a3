import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The parts of jars that the package leaves out. */
record Trimming(List<Rule> rules) {
    /** All entries of a jar, whatever its version, that begin with a prefix. */
    record Rule(String jar, String prefix) {
        boolean covers(Path file, String entry) {
            return file.getFileName().toString().startsWith(jar + "-")
                    && unversioned(entry).startsWith(prefix);
        }
    }

    /** Reads lines {@code JAR PREFIX}; {@code #} starts a comment. */
    static Trimming read(Path file) throws IOException {
        var rules = new ArrayList<Rule>();
        for (String line : Files.readAllLines(file)) {
            String text = line.replaceFirst("#.*", "").strip();
            if (!text.isEmpty()) {
                String[] words = text.split("\\s+", -1);
                if (words.length != 2) {
                    throw new Refusal(file + ": expected 'JAR PREFIX', not: " + line);
                }
                rules.add(new Rule(words[0], words[1]));
            }
        }
        return new Trimming(List.copyOf(rules));
    }

    boolean leavesOut(Path jar, String entry) {
        return rules.stream().anyMatch(rule -> rule.covers(jar, entry));
    }

    /** Refuses rules without effect, and those that would take what the agent's classes reach. */
    void check(ClassGraph classes) {
        Set<Rule> unused = new HashSet<>(rules);
        Set<String> missed = new TreeSet<>();
        for (ClassGraph.Entry entry : classes.entries()) {
            for (Rule rule : rules) {
                if (rule.covers(entry.jar(), entry.name())) {
                    unused.remove(rule);
                    if (classes.reaches(entry)) {
                        missed.add(rule + " takes " + classes.wayTo(entry));
                    }
                }
            }
        }
        if (!unused.isEmpty()) {
            throw new Refusal(
                    "agent/src/package/trimmed.txt: nothing matches %s: remove them".formatted(unused));
        }
        if (!missed.isEmpty()) {
            throw new Refusal(
                    ("agent/src/package/trimmed.txt leaves out what the agent may load; narrow the"
                                    + " rules:%n%s")
                            .formatted(String.join("\n", missed)));
        }
    }

    /** The name that a class of a multi-release jar has for the JVM. */
    static String unversioned(String entry) {
        return entry.replaceFirst("^META-INF/versions/\\d+/", "");
    }
}
