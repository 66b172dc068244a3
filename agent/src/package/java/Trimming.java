import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The parts of jars that the package leaves out. */
record Trimming(List<Rule> rules, ClassGraph classes) {
    private static final String UNREACHED = "*";

    /** All entries of a jar, whatever its version, that begin with a prefix. */
    record Rule(String jar, String prefix) {
        boolean covers(Path file, String entry) {
            return isOf(file) && unversioned(entry).startsWith(prefix);
        }

        private boolean isOf(Path file) {
            return file.getFileName().toString().startsWith(jar + "-");
        }

        private boolean takesUnreached() {
            return prefix.equals(UNREACHED);
        }
    }

    /**
     * Reads lines {@code JAR PREFIX}, or {@code JAR *} for the classes that ours do not reach;
     * {@code #} starts a comment.
     */
    static Trimming read(Path file, ClassGraph classes) throws IOException {
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
        return new Trimming(List.copyOf(rules), classes);
    }

    boolean leavesOut(Path jar, String entry) {
        return rules.stream().anyMatch(rule -> takes(rule, new ClassGraph.Entry(jar, entry)));
    }

    private boolean takes(Rule rule, ClassGraph.Entry entry) {
        return rule.takesUnreached()
                ? rule.isOf(entry.jar()) && entry.isClass() && !classes.reaches(entry)
                : rule.covers(entry.jar(), entry.name());
    }

    /** Refuses rules without effect, and those that would take what the agent's classes reach. */
    void check() {
        Set<Rule> unused = new HashSet<>(rules);
        Set<String> missed = new TreeSet<>();
        for (ClassGraph.Entry entry : classes.entries()) {
            for (Rule rule : rules) {
                if (takes(rule, entry)) {
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
