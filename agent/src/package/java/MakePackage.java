import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Makes the package of a program. The build runs it from source, under the JDK that it compiles
 * with.
 *
 * <pre>
 * NAME/bin/NAME              the launcher
 *      runtime/              a Java runtime with the modules of modules.txt
 *      lib/NAME.jar          only a manifest: the main class, and all other jars
 *      lib/*.jar, lib/*.so   the program, dependencies, their native libraries
 *      lib/jvm.options       the JVM's flags
 *      lib/NAME.aot          classes loaded, linked and profiled by a training run
 *      share/                the manual, completions of shells, schemas of JSON
 * </pre>
 *
 * <p>The runtime, and the whole package, are made again only when their inputs changed.
 */
final class MakePackage {
    private static final Duration TRAINING_LIMIT = Duration.ofMinutes(2);

    /**
     * The AOT cache is used only while every jar has the size and the time of the training. This
     * time stays when the package goes into a Nix store, which gives it to all files.
     */
    private static final FileTime FILE_TIME = FileTime.from(Instant.ofEpochSecond(1));

    /**
     * Of the runtime: for tools that look into it, for a cache of classes that we replace, and for
     * the optimizing compiler, which does not run.
     */
    private static final List<String> NOT_NEEDED =
            List.of("jrt-fs.jar", "classlist", "libsimdsort.so");

    private final Path ownJar;
    private final Path classPath;
    private final Path sources;
    private final Path work;
    private final Program program;
    private final Path image;

    private MakePackage(List<String> arguments) throws IOException {
        ownJar = Path.of(arguments.get(0));
        classPath = Path.of(arguments.get(1));
        sources = Path.of(arguments.get(2));
        work = Path.of(arguments.get(4));
        program = Program.read(Path.of(arguments.get(3)));
        image = work.resolveSibling(program.name());
    }

    /**
     * Arguments: the program's jar, file with its class path, the agent's src/package, the
     * program's own, work folder.
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
        Modules modules = Modules.read(program.folder().resolve("modules.txt"));
        String jdk = System.getProperty("java.home") + " " + Runtime.version();
        Stamp runtimeMade =
                Stamp.of(
                        work.resolve("runtime.stamp"),
                        jdk + linkOptions(modules),
                        List.of(sources.resolve("java/XmlParsers.java")));
        List<Path> jars = new ArrayList<>(List.of(ownJar));
        for (String jar : Files.readString(classPath).strip().split(File.pathSeparator, -1)) {
            jars.add(Path.of(jar));
        }
        List<Path> inputs = new ArrayList<>(jars);
        inputs.add(sources);
        if (!program.folder().equals(sources)) {
            inputs.add(program.folder());
        }
        Stamp packageMade =
                Stamp.of(work.resolve("package.stamp"), runtimeMade.digest(), inputs);
        if (packageMade.matches() && Files.exists(launcher())) {
            // Its time tells try.sh that the package is as new as the sources.
            packageMade.write();
            return;
        }
        packageMade.clear();
        modules.check(jars);
        Trimming trimming =
                Trimming.read(
                        program.folder().resolve("trimmed.txt"),
                        ClassGraph.of(jars, program.roots()));
        trimming.check();
        jars.removeIf(trimming::leavesOut);
        if (!runtimeMade.matches() || Files.notExists(image.resolve("runtime"))) {
            runtimeMade.clear();
            link(linkOptions(modules));
            runtimeMade.write();
        }
        for (String file : NOT_NEEDED) {
            Files.deleteIfExists(image.resolve("runtime/lib").resolve(file));
        }
        assemble(jars, trimming);
        writeShare(jars);
        setTimes();
        train();
        setTimes();
        packageMade.write();
        System.out.println("Made " + image);
    }

    private Path launcher() {
        return image.resolve("bin").resolve(program.name());
    }

    private static List<String> linkOptions(Modules modules) {
        return List.of(
                "--add-modules=" + String.join(",", modules.included()),
                // What it generates is stripped by the next option or not, by chance: jlink runs the
                // two in the order of identity hashes. The AOT cache has such classes, too.
                "--disable-plugin=generate-jli-classes",
                // Native libraries are stripped below, without a tool that a machine may lack.
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                // Half the size; a start finds its classes in the AOT cache.
                "--compress=zip-9",
                // Distributions link cacerts to a file of theirs; that is fine.
                "--ignore-modified-runtime");
    }

    private void link(List<String> options) throws IOException {
        deleteTree(image);
        List<String> arguments = new ArrayList<>(options);
        arguments.add("--exclude-resources=@" + new XmlParsers(work.resolve("no-xml")).write());
        arguments.add("--output=" + image.resolve("runtime"));
        new JdkTool("jlink").run(arguments);
        strip(image.resolve("runtime/lib"));
    }

    private static void strip(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".so")).toList()) {
                new StrippedLibrary(file).write();
            }
        }
    }

    private void assemble(List<Path> jars, Trimming trimming) throws IOException {
        deleteTree(image.resolve("bin"));
        deleteTree(image.resolve("lib"));
        Path lib = Files.createDirectories(image.resolve("lib"));
        for (Path jar : jars) {
            new PackagedJar(jar, trimming).writeTo(lib);
        }
        strip(lib);
        writeStartJar(lib.resolve(program.name() + ".jar"), jars);
        Files.copy(sources.resolve("jvm.options"), lib.resolve("jvm.options"));
        Files.createDirectories(image.resolve("bin"));
        Files.writeString(launcher(), program.script(sources.resolve("launcher")));
        Files.setPosixFilePermissions(launcher(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the program's own options say to shells and man, and what its JSON looks like. */
    private void writeShare(List<Path> jars) throws IOException, InterruptedException {
        Path share = image.resolve("share");
        deleteTree(share);
        Path schemas = Files.createDirectories(share.resolve(program.name()).resolve("schemas"));
        try (Stream<Path> files = Files.list(program.folder().resolve("schemas"))) {
            for (Path file : files.toList()) {
                Files.copy(file, schemas.resolve(file.getFileName()));
            }
        }
        String classPath =
                jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        // In a JVM of its own, which has our jars on its class path.
        Process writer =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-classpath",
                                classPath,
                                sources.resolve("help/WriteHelp.java").toString(),
                                program.folder().resolve("program.properties").toString(),
                                share.toString(),
                                dateOfTheBuild())
                        .inheritIO()
                        .start();
        if (writer.waitFor() != 0) {
            throw new Refusal(
                    "WriteHelp.java ended with %d; see above".formatted(writer.exitValue()));
        }
    }

    /** As its jar has it, and so the same for the same sources. */
    private String dateOfTheBuild() throws IOException {
        try (JarFile jar = new JarFile(ownJar.toFile())) {
            return jar.getEntry(JarFile.MANIFEST_NAME).getTimeLocal().toLocalDate().toString();
        }
    }

    /** The class path has one fixed order, as the AOT cache demands, and a short command line. */
    private void writeStartJar(Path file, List<Path> jars) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, program.mainClass());
        attributes.put(
                Attributes.Name.CLASS_PATH,
                jars.stream()
                        .map(jar -> jar.getFileName().toString())
                        .collect(Collectors.joining(" ")));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
            ZipEntry entry = new ZipEntry(JarFile.MANIFEST_NAME);
            entry.setTime(0);
            out.putNextEntry(entry);
            manifest.write(out);
        }
    }

    /** One run of the program's work: the JVM writes the AOT cache at its end. */
    private void train() throws Exception {
        try (Rehearsal rehearsal = Rehearsal.prepare(work.resolve("rehearsal"))) {
            train(rehearsal.filled(program.training()));
        }
    }

    private void train(List<String> training) throws IOException, InterruptedException {
        Path cache = image.resolve("lib").resolve(program.name() + ".aot");
        Path log = work.resolve("training.log");
        List<String> command = new ArrayList<>();
        command.add(launcher().toString());
        command.addAll(training);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        // The flag below may hold no blank, which a path of a build may.
                        .directory(cache.getParent().toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        // Nobody listens there, but what it takes to tell systemd is trained.
        builder.environment().put("NOTIFY_SOCKET", work.resolve("no-systemd").toString());
        builder.environment().put("NIXFLEET_JAVA_OPTS",
                                // Profiles are for the optimizing compiler, which does not run.
                                "-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining"
                                        + " -XX:AOTCacheOutput="
                                        + cache.getFileName());
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
        // The kernel can let go only of what is on the disk, as the agent asks it to.
        try (FileChannel written = FileChannel.open(cache, StandardOpenOption.WRITE)) {
            written.force(true);
        }
    }

    private void setTimes() throws IOException {
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FILE_TIME);
            }
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
