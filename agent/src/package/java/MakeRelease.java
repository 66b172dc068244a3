import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Makes what is published of the package, beside it: the archive and its SHA-256, the list of its
 * parts (CycloneDX), the report of their licences. The build runs it from source in the profile
 * {@code release}, with the agent's class path, whose libraries write JSON and tar.
 *
 * <p>The same sources and the same JDK give the same bytes, wherever and whenever: all that the
 * package has but the AOT cache is made so. The cache is a picture of a JVM's memory after a run of
 * many threads, which load now these classes first, now those; and even two made of one recording,
 * on one processor, interpreted, without random addresses, differ in some 800 bytes. So it is left
 * out, and {@code bin/nixfleet-agent-train} makes it where the archive was unpacked: nobody has to
 * believe 60 MB of code that cannot be checked.
 */
final class MakeRelease {
    private final Path image;
    private final Path plainBom;
    private final List<Path> jars;
    private final Path sources;
    private final Program program;
    private final String name;
    private final Path changelog;
    private final Instant time;
    private final Path folder;
    private final Path work;
    private final String release;

    private MakeRelease(List<String> arguments) throws IOException {
        image = Path.of(arguments.get(0));
        plainBom = Path.of(arguments.get(1));
        String classPath = Files.readString(Path.of(arguments.get(2))).strip();
        jars = Stream.of(classPath.split(File.pathSeparator, -1)).map(Path::of).toList();
        sources = Path.of(arguments.get(3));
        program = Program.read(Path.of(arguments.get(4)));
        name = program.name();
        changelog = Path.of(arguments.get(5));
        release = "%s-%s-linux-%s".formatted(name, arguments.get(6), machine());
        time = Instant.parse(arguments.get(7));
        folder = Path.of(arguments.get(8));
        work = Path.of(arguments.get(9));
    }

    /**
     * Arguments: the package, the SBOM of Maven, the file with the class path, the agent's
     * src/package, the program's own, the changelog, version, time of all files in ISO 8601, folder
     * for what is made, work folder.
     */
    public static void main(String[] arguments) throws Exception {
        try {
            new MakeRelease(List.of(arguments)).make();
        } catch (Refusal e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private void make() throws IOException {
        if (Files.notExists(plainBom)) {
            throw new Refusal("There is no " + plainBom + Sbom.ANEW);
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode read = (ObjectNode) json.readTree(Files.readString(plainBom));
        Trimming trimming =
                Trimming.read(
                        program.folder().resolve("trimmed.txt"),
                        ClassGraph.of(List.of(), program.roots()));
        Sbom sbom = new Sbom(name, read, image, jars);
        sbom.leaveOut(jars.stream().filter(trimming::leavesOut).toList());
        // In place of the AOT cache what makes it.
        Map<String, Path> added = new TreeMap<>();
        added.put("bin/" + name + "-train", trainer());
        added.put("lib/" + name + "-rehearsal.jar", rehearsal());
        sbom.complete(added);
        var indenter = new DefaultIndenter("  ", "\n");
        var printer = new DefaultPrettyPrinter().withObjectIndenter(indenter);
        String bom = json.writer(printer).writeValueAsString(sbom.root()) + "\n";
        String report = new LicenceReport(name, sbom, sources.resolve("licences")).text();

        Files.createDirectories(folder);
        String documents = "share/doc/" + name;
        added.put(documents + "/sbom.cdx.json", written(release + ".cdx.json", bom));
        added.put(documents + "/THIRD-PARTY.txt", written(release + "-THIRD-PARTY.txt", report));
        added.put(documents + "/CHANGELOG.md", changelog);
        Path archive = folder.resolve(release + ".tar.gz");
        var tarball = new Tarball(release, time);
        Path cache = Path.of("lib", name + ".aot");
        tarball.add(image, path -> !path.equals(cache));
        added.forEach((path, file) -> tarball.add(Path.of(path), file));
        tarball.write(archive);
        String digest = "%s  %s\n".formatted(Digests.sha256(archive), archive.getFileName());
        written(archive.getFileName() + ".sha256", digest);
        System.out.println("Made " + archive);
    }

    private Path written(String file, String text) throws IOException {
        return Files.writeString(folder.resolve(file), text);
    }

    private Path trainer() throws IOException {
        Path file = work.resolve("train");
        Files.writeString(file, program.script(sources.resolve("train")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    /** What runs a training run, as MakePackage has it. */
    private Path rehearsal() throws IOException {
        Path classes = work.resolve("rehearsal-classes");
        Path jar = work.resolve("rehearsal.jar");
        List<String> arguments = new ArrayList<>(List.of("-g:none", "-d", classes.toString()));
        List<String> parts =
                List.of("Refusal", "Rehearsal", "RehearsalCertificates", "RehearsalControlPlane");
        for (String part : parts) {
            arguments.add(sources.resolve("java").resolve(part + ".java").toString());
        }
        new JdkTool("javac").run(arguments);
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String part : parts) {
                var entry = new JarEntry(part + ".class");
                entry.setTime(0);
                out.putNextEntry(entry);
                Files.copy(classes.resolve(part + ".class"), out);
            }
        }
        return jar;
    }

    /** As `uname -m` says it. */
    private static String machine() {
        return System.getProperty("os.arch").replace("amd64", "x86_64");
    }
}
