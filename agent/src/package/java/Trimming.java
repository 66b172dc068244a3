import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The parts of jars that the package leaves out. */
record Trimming(Path file, List<Rule> rules, ClassGraph classes) {
    private static final String UNREACHED = "*";
    private static final String WHOLE = "**";

    /** All entries of a jar, whatever its version, that begin with a prefix. */
    record Rule(String jar, String prefix) {
        boolean covers(Path file, String entry) {
            return isOf(file) && (takesWhole() || unversioned(entry).startsWith(prefix));
        }

        private boolean isOf(Path file) {
            return file.getFileName().toString().startsWith(jar + "-");
        }

        private boolean takesUnreached() {
            return prefix.equals(UNREACHED);
        }

        private boolean takesWhole() {
            return prefix.equals(WHOLE);
        }
    }

    /**
     * Reads lines {@code JAR PREFIX}, {@code JAR *} for the classes that ours do not reach, or
     * {@code JAR **} for a jar as a whole, of which ours reach none; {@code #} starts a comment.
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
        return new Trimming(file, List.copyOf(rules), classes);
    }

    boolean leavesOut(Path jar) {
        return rules.stream().anyMatch(rule -> rule.takesWhole() && rule.isOf(jar));
    }

    boolean leavesOut(Path jar, String entry) {
        return rules.stream().anyMatch(rule -> takes(rule, new ClassGraph.Entry(jar, entry)));
    }

    private boolean takes(Rule rule, ClassGraph.Entry entry) {
        return rule.takesUnreached()
                ? rule.isOf(entry.jar()) && entry.isClass() && !classes.reaches(entry)
                : rule.covers(entry.jar(), entry.name());
    }

    /** Refuses rules without effect, and those that would take what the program's classes reach. */
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
                    "%s: nothing matches %s: remove them".formatted(file, unused));
        }
        if (!missed.isEmpty()) {
            throw new Refusal(
                    "%s leaves out what the program may load; narrow the rules:%n%s"
                            .formatted(file, String.join("\n", missed)));
        }
    }

    /** The name that a class of a multi-release jar has for the JVM. */
    static String unversioned(String entry) {
        return entry.replaceFirst("^META-INF/versions/\\d+/", "");
    }
}
