import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The JDK modules of the runtime, and those left out although some class names them. */
record Modules(Path file, Set<String> included, Set<String> leftOut) {
    /** Reads lines {@code module} and {@code -module}; {@code #} starts a comment. */
    static Modules read(Path file) throws IOException {
        Set<String> included = new TreeSet<>();
        Set<String> leftOut = new TreeSet<>();
        for (String line : Files.readAllLines(file)) {
            String text = line.replaceFirst("#.*", "").strip();
            if (text.startsWith("-")) {
                leftOut.add(text.substring(1));
            } else if (!text.isEmpty()) {
                included.add(text);
            }
        }
        return new Modules(file, included, leftOut);
    }

    /** Refuses jars that name a module of which the file says nothing. */
    void check(List<Path> jars) {
        List<String> arguments = new ArrayList<>();
        arguments.add("--multi-release=" + Runtime.version().feature());
        arguments.add("--ignore-missing-deps");
        arguments.add("--print-module-deps");
        jars.forEach(jar -> arguments.add(jar.toString()));
        Set<String> unknown =
                new JdkTool("jdeps")
                        .run(arguments)
                        .lines()
                        .filter(line -> !line.startsWith("Warning:"))
                        .flatMap(line -> Stream.of(line.strip().split(",", -1)))
                        .filter(name -> !included.contains(name) && !leftOut.contains(name))
                        .collect(Collectors.toCollection(TreeSet::new));
        if (!unknown.isEmpty()) {
            throw new Refusal(
                    ("The program or a dependency names classes of the JDK modules %s, of which"
                                    + " %s says nothing: add each there, or leave it out with '-'"
                                    + " and the reason.")
                            .formatted(unknown, file));
        }
    }
}
