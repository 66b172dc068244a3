import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Makes the agent's package. The build runs it from source, under the JDK that it compiles with.
 *
 * <pre>
 * nixfleet-agent/bin/nixfleet-agent       the launcher
 *                runtime/                 a Java runtime with the modules of modules.txt
 *                lib/nixfleet-agent.jar   main class and class path in its manifest
 *                lib/*.jar, lib/*.so      dependencies and their native libraries
 *                lib/jvm.options          the JVM's flags
 *                lib/nixfleet-agent.aot   classes loaded, linked and profiled by a training run
 * </pre>
 *
 * <p>The runtime, and the whole package, are made again only when their inputs changed.
 */
final class MakePackage {
    private static final String NAME = "nixfleet-agent";
    private static final Duration TRAINING_LIMIT = Duration.ofMinutes(2);

    /**
     * The AOT cache is used only while every jar has the size and the time of the training. This
     * time stays when the package goes into a Nix store, which gives it to all files.
     */
    private static final FileTime FILE_TIME = FileTime.from(Instant.ofEpochSecond(1));

    private final Path agentJar;
    private final Path dependencies;
    private final Path sources;
    private final Path work;
    private final Path image;
    private final List<String> training;

    private MakePackage(List<String> arguments) {
        agentJar = Path.of(arguments.get(0));
        dependencies = Path.of(arguments.get(1));
        sources = Path.of(arguments.get(2));
        work = Path.of(arguments.get(3));
        image = work.resolveSibling(NAME);
        training = arguments.subList(4, arguments.size());
    }

    /**
     * Arguments: agent's jar, folder of dependencies, src/package, work folder, training command.
     */
    public static void main(String[] arguments) throws Exception {
        try {
            new MakePackage(List.of(arguments)).make();
        } catch (Refusal e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void make() throws Exception {
        Modules modules = Modules.read(sources.resolve("modules.txt"));
        String jdk = System.getProperty("java.home") + " " + Runtime.version();
        Stamp runtimeMade =
                Stamp.of(work.resolve("runtime.stamp"), jdk + modules.included(), List.of());
        Stamp packageMade =
                Stamp.of(
                        work.resolve("package.stamp"),
                        runtimeMade.digest() + training,
                        List.of(agentJar, dependencies, sources));
        if (packageMade.matches()) {
            return;
        }
        packageMade.clear();
        List<Path> libraries = jars(dependencies);
        List<Path> all = new ArrayList<>(libraries);
        all.add(agentJar);
        modules.check(all);
        if (!runtimeMade.matches()) {
            runtimeMade.clear();
            deleteTree(image);
            link(modules);
            runtimeMade.write();
        }
        assemble(libraries);
        setTimes();
        train();
        setTimes();
        packageMade.write();
        System.out.println("Made " + image);
    }

    private void link(Modules modules) {
        new JdkTool("jlink")
                .run(
                        List.of(
                                "--add-modules=" + String.join(",", modules.included()),
                                "--strip-debug",
                                "--no-header-files",
                                "--no-man-pages",
                                // Half the size; a start finds its classes in the AOT cache.
                                "--compress=zip-9",
                                // Distributions link cacerts to a file of theirs; that is fine.
                                "--ignore-modified-runtime",
                                "--output=" + image.resolve("runtime")));
    }

    private void assemble(List<Path> libraries) throws IOException {
        deleteTree(image.resolve("bin"));
        deleteTree(image.resolve("lib"));
        Path lib = Files.createDirectories(image.resolve("lib"));
        for (Path library : libraries) {
            new PackagedJar(library).writeTo(lib);
        }
        Files.copy(agentJar, lib.resolve(NAME + ".jar"));
        Files.copy(sources.resolve("jvm.options"), lib.resolve("jvm.options"));
        Path launcher = Files.createDirectories(image.resolve("bin")).resolve(NAME);
        Files.copy(sources.resolve(NAME), launcher);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** One run of the agent's work: the JVM writes the AOT cache at its end. */
    private void train() throws IOException, InterruptedException {
        Path cache = image.resolve("lib").resolve(NAME + ".aot");
        Path log = work.resolve("training.log");
        List<String> command = new ArrayList<>();
        command.add(image.resolve("bin").resolve(NAME).toString());
        command.addAll(training);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("NIXFLEET_JAVA_OPTS", "-XX:AOTCacheOutput=" + cache);
        Process process = builder.start();
        String failure = null;
        if (!process.waitFor(TRAINING_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            failure = "was not done after " + TRAINING_LIMIT;
        } else if (process.exitValue() != 0) {
            failure = "ended with " + process.exitValue();
        } else if (Files.notExists(cache)) {
            failure = "wrote no " + cache;
        }
        if (failure != null) {
            throw new Refusal(
                    "The training run `%s` %s. It printed:%n%s"
                            .formatted(String.join(" ", command), failure, Files.readString(log)));
        }
    }

    private void setTimes() throws IOException {
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FILE_TIME);
            }
        }
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
