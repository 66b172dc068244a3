import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * A program to package: what its {@code program.properties} says.
 *
 * @param folder its own part of what makes the package, such as {@code cli/src/package}
 */
record Program(Path folder, Properties properties) {
    static Program read(Path folder) throws IOException {
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(folder.resolve("program.properties"))) {
            properties.load(in);
        }
        return new Program(folder, properties);
    }

    String name() {
        return text("name");
    }

    String mainClass() {
        return text("main");
    }

    /** The prefix of the classes that count as used whoever names them. */
    String roots() {
        return text("roots");
    }

    /** The arguments of the training run, as a {@link Rehearsal} fills them in. */
    List<String> training() {
        return List.of(text("training").split("\\s+", -1));
    }

    /** A script that all programs share, with what is the program's own. */
    String script(Path template) throws IOException {
        return Files.readString(template)
                .replace("@NAME@", name())
                .replace("@HEAP@", text("heap"))
                .replace("@HEAP_VARIABLE@", text("heap.variable"))
                .replace("@ONE_SHOT@", text("one-shot"))
                .replace("@TRAINING@", String.join(" ", training()));
    }

    private String text(String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new Refusal("%s/program.properties has no %s".formatted(folder, key));
        }
        return value;
    }
}
