package io.nixfleet.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.module.ModuleFiles;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** The agent of the next version: this one, with one migration more. */
final class NewerAgent {
    private static final String SCHEMA = "io/nixfleet/agent/state/Schema.java";
    private static final String LAST_MIGRATION = "));\n\n    static final int VERSION";
    private static final String ONE_MORE =
            """
            ),
                    List.of("CREATE TABLE of_the_next_version (id INTEGER PRIMARY KEY)"));

                static final int VERSION\
            """;

    private NewerAgent() {}

    /** The jar of its own classes; its name is that of this version's. */
    static Path jar(Path directory) throws IOException {
        String source =
                Files.readString(ModuleFiles.folder().resolve("../agent/src/main/java/" + SCHEMA));
        assertThat(source).containsOnlyOnce(LAST_MIGRATION);
        Path changed = directory.resolve("Schema.java");
        Files.writeString(changed, source.replace(LAST_MIGRATION, ONE_MORE));
        Path classes = Files.createDirectory(directory.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int result =
                compiler.run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        changed.toString());
        assertThat(result).isZero();
        Path old = ownJar();
        Path jar = directory.resolve(old.getFileName());
        Files.copy(old, jar);
        replace(jar, classes);
        return jar;
    }

    private static Path ownJar() throws IOException {
        Path libraries = Path.of(System.getProperty("nixfleet.package.dir"), "lib");
        try (Stream<Path> files = Files.list(libraries)) {
            List<Path> own =
                    files.filter(file -> file.getFileName().toString().matches("agent-.*\\.jar"))
                            .toList();
            assertThat(own).hasSize(1);
            return own.getFirst();
        }
    }

    private static void replace(Path jar, Path classes) throws IOException {
        Path folder = classes.resolve(SCHEMA).resolveSibling("");
        try (FileSystem zip = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(
                        file,
                        zip.getPath(classes.relativize(file).toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
