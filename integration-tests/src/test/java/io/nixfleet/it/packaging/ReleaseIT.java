package io.nixfleet.it.packaging;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.nixfleet.it.nix.Commands;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the profile {@code release} makes of the packages. */
@Tag("release")
@ParameterizedClass
@EnumSource
final class ReleaseIT {
    /** A program that is released. */
    enum Released {
        AGENT("nixfleet-agent", "agent", Launcher.builtPackage()),
        OPERATOR("nixfleet", "cli", Launcher.operatorPackage());

        private final String program;
        private final String module;
        private final Path built;

        Released(String program, String module, Path built) {
            this.program = program;
            this.module = module;
            this.built = built;
        }

        Launcher launcher(Path home, Path directory) {
            return this == AGENT
                    ? Launcher.of(home, directory)
                    : Launcher.ofOperator(home, directory);
        }
    }

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** CycloneDX's, of which none is fetched. */
    private static final SchemaRegistry SCHEMAS =
            SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_7,
                    registry ->
                            registry.schemaIdResolvers(
                                    ids ->
                                            ids.mapPrefix(
                                                    "http://cyclonedx.org/schema/", "classpath:")));

    private static final Map<String, String> TOOLS = Map.of("PATH", "/usr/bin:/bin");

    @TempDir Path work;
    private final Released released;
    private final Path built;
    private final Path project;
    private final Path agent;
    private final Path target;

    ReleaseIT(Released released) {
        this.released = released;
        built = released.built;
        project = built.resolve("../../..").normalize();
        agent = project.resolve("agent");
        target = project.resolve(released.module).resolve("target");
    }

    @Test
    void archiveIsWhatItsDigestSays() throws Exception {
        Commands.run(
                List.of(
                        "sh",
                        "-c",
                        "cd \"$1\" && exec sha256sum --check --strict \"$2\"",
                        "sh",
                        target.toString(),
                        archive() + ".sha256"));
    }

    @Test
    void unpackedItRunsAtOnceAndTrainsItselfWhereItIs() throws Exception {
        Path home = unpacked("a place  of its own");
        Path cache = home.resolve("lib/%s.aot".formatted(released.program));
        assertThat(cache).doesNotExist();
        var launcher = released.launcher(home, Path.of("/"));

        var first = launcher.run(work, "--version");
        assertThat(first.exitCode()).as(first.stderr()).isZero();
        assertThat(first.stdout()).contains(version());
        assertThat(first.stderr()).isEmpty();

        var trainer =
                new Launcher(trainer(home), Path.of("/"), TOOLS)
                        .with("NIXFLEET_JAVA_OPTS", "-XX:+NoSuchFlag");
        var trained = trainer.run(work);
        assertThat(trained.exitCode()).as(trained.stderr()).isZero();
        assertThat(trained.stdout()).isEqualTo("Made " + cache + "\n");
        assertThat(trained.stderr()).isEmpty();

        var quick = launcher.with("NIXFLEET_JAVA_OPTS", "-XX:AOTMode=on");
        if (released == Released.AGENT) {
            var tried = quick.run(work, "try");
            assertThat(tried.exitCode()).as(tried.stderr()).isZero();
            assertThat(tried.stdout()).contains("verified: 121 signatures");
        } else {
            var helped = quick.run(work, "release", "create", "--help");
            assertThat(helped.exitCode()).as(helped.stderr()).isZero();
        }
    }

    private Path trainer(Path home) {
        return home.resolve("bin/%s-train".formatted(released.program));
    }

    @Test
    void trainingThatFailsSaysSoAndLeavesAnAgentThatWorks() throws Exception {
        Path home = unpacked("read by all");
        Path program = home.resolve("runtime/lib/libnio.so");
        Path aside = Files.move(program, work.resolve("libnio.so"));

        var failed = new Launcher(trainer(home), work, TOOLS).run(work);
        Files.move(aside, program);
        var after = released.launcher(home, work).run(work, "--version");

        assertThat(failed.exitCode()).isNotZero();
        assertThat(failed.stderr()).isNotEmpty();
        assertThat(home.resolve("lib").toFile().list())
                .noneMatch(name -> name.startsWith(released.program + ".aot"));
        assertThat(after.exitCode()).as(after.stderr()).isZero();
    }

    @Test
    void archiveIsSortedAndRootsAndOfOneTime() throws Exception {
        List<String> lines =
                Commands.run(
                                List.of(
                                        "env",
                                        "TZ=UTC",
                                        "LC_ALL=C.UTF-8",
                                        "tar",
                                        "--numeric-owner",
                                        "-tvzf",
                                        target.resolve(archive()).toString()))
                        .stdout()
                        .lines()
                        .toList();

        assertThat(lines)
                .hasSizeGreaterThan(100)
                .allMatch(
                        line ->
                                line.matches(
                                        "(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) 0/0 +\\d+"
                                                + " 2026-01-01 00:00 %s-0.*"
                                                        .formatted(released.program)))
                .noneMatch(line -> line.endsWith(".aot"));
        assertThat(lines.stream().map(line -> line.replaceFirst(".* 00:00 ", ""))).isSorted();
    }

    @Test
    void timesAndModesAndTheTimeZoneChangeNoByte() throws Exception {
        Path copy = work.resolve("copy");
        Commands.run(
                List.of(
                        "sh",
                        "-c",
                        "umask 077 && cp -R \"$1\" \"$2\"",
                        "sh",
                        built.toString(),
                        copy.toString()));
        Path again = Files.createDirectory(work.resolve("again"));

        var made = release(copy, plainBom(), again);

        assertThat(made.exitCode()).as(made.stderr()).isZero();
        try (Stream<Path> files = Files.list(again)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(4);
            for (Path file : all) {
                assertThat(Files.mismatch(file, target.resolve(file.getFileName())))
                        .as("first byte that differs of " + file.getFileName())
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void sbomIsCycloneDx() throws Exception {
        ObjectNode sbom = (ObjectNode) sbom();
        Schema schema =
                SCHEMAS.getSchema(
                        SchemaLocation.of("http://cyclonedx.org/schema/bom-1.6.schema.json"));

        assertThat(schema.validate(sbom)).isEmpty();
        assertThat(sbom.path("specVersion").asText()).isEqualTo("1.6");
        // The schemas that this one refers to are read, too.
        ((ObjectNode) componentOf(sbom, "picocli").path("licenses").path(0).path("license"))
                .put("id", "No-Such-Licence");
        assertThat(schema.validate(sbom)).isNotEmpty();
    }

    @Test
    void sbomHasEachFileOfTheArchiveWithItsDigest() throws Exception {
        Path home = unpacked("for its files");
        Path documents = home.resolve("share/doc").resolve(released.program);
        var described = new TreeMap<String, String>();
        for (JsonNode component : all(sbom())) {
            if (component.path("type").asText().equals("file")) {
                String name = component.path("name").asText();
                assertThat(described.put(name, digestIn(component))).as(name).isNull();
            }
        }

        assertThat(described)
                .isEqualTo(digestsOfFiles(home))
                .containsKeys(
                        "bin/" + released.program,
                        "bin/%s-train".formatted(released.program),
                        "runtime/bin/java",
                        "runtime/lib/modules");
        assertThat(documents.resolve("sbom.cdx.json"))
                .hasSameBinaryContentAs(published(".cdx.json"));
        assertThat(documents.resolve("THIRD-PARTY.txt"))
                .hasSameBinaryContentAs(published("-THIRD-PARTY.txt"));
    }

    @Test
    void sbomHasEachLibraryAsTheRegistryHasItAndNoOther() throws Exception {
        var registry = new TreeMap<String, String>();
        String classPath = Files.readString(target.resolve("package/classpath")).strip();
        for (String jar : classPath.split(File.pathSeparator, -1)) {
            if (!Path.of(jar).startsWith(project) && !leftOut(Path.of(jar))) {
                registry.put(Path.of(jar).getFileName().toString(), sha256(Path.of(jar)));
            }
        }
        var described = new TreeMap<String, String>();
        for (JsonNode library : sbom().path("components")) {
            String group = library.path("group").asText();
            if (library.path("type").asText().equals("library") && !group.equals("io.nixfleet")) {
                String name = library.path("name").asText();
                String version = library.path("version").asText();
                String purl = "pkg:maven/%s/%s@%s?".formatted(group, name, version);
                assertThat(library.path("purl").asText()).startsWith(purl);
                assertThat(library.path("licenses")).as(name).isNotEmpty();
                String classifier =
                        library.path("purl")
                                .asText()
                                .replaceFirst("^[^?]*[?](classifier=([^&]*)&)?type=jar$", "-$2")
                                .replaceFirst("^-$", "");
                described.put(name + "-" + version + classifier + ".jar", digestIn(library));
            }
        }

        assertThat(described).hasSizeGreaterThan(30).isEqualTo(registry);
    }

    /** Of some that the agent uses, the operator's command has nothing. */
    private boolean leftOut(Path jar) {
        String name = jar.getFileName().toString();
        return released == Released.OPERATOR
                && (name.matches("(sqlite|micrometer|prometheus|HdrHistogram).*")
                        || name.matches("commons-(codec|lang3).*"));
    }

    @Test
    void sbomHasTheJavaRuntimeAndWhatNativeLibrariesConsistOf() throws Exception {
        JsonNode sbom = sbom();

        JsonNode jdk = componentOf(sbom, "OpenJDK");
        assertThat(built.resolve("runtime/release"))
                .content()
                .contains("\"" + jdk.path("version").asText() + "\"");
        var parts =
                new ArrayList<>(
                        List.of(
                                "pkg:github/facebook/zstd@v1\\.[\\d.]+",
                                "pkg:github/google/boringssl@[0-9a-f]{40}",
                                "pkg:github/apache/apr@1\\.[\\d.]+"));
        if (released == Released.AGENT) {
            parts.add("pkg:generic/sqlite@3\\.\\d+\\.\\d+");
        }
        assertThat(all(sbom))
                .filteredOn(component -> component.path("purl").asText().startsWith("pkg:g"))
                .hasSameSizeAs(parts)
                .allSatisfy(part -> assertThat(part.path("licenses")).isNotEmpty())
                .extracting(part -> part.path("purl").asText())
                .allSatisfy(part -> assertThat(parts).anyMatch(part::matches))
                .doesNotHaveDuplicates();
    }

    @Test
    void licenceReportHasEachForeignLibraryWithItsLicence() throws Exception {
        List<String> report = Files.readAllLines(published("-THIRD-PARTY.txt"));

        int foreign = 0;
        for (JsonNode library : sbom().path("components")) {
            if (library.path("type").asText().equals("library")
                    && !library.path("group").asText().equals("io.nixfleet")) {
                foreign++;
                String title =
                        "%s:%s %s"
                                .formatted(
                                        library.path("group").asText(),
                                        library.path("name").asText(),
                                        library.path("version").asText());
                int line = indexOfLineWith(report, title);
                JsonNode licence = library.path("licenses").path(0).path("license");
                assertThat(report.get(line + 1))
                        .startsWith(
                                "    " + licence.path("id").asText(licence.path("name").asText()));
            }
        }
        assertThat(foreign).isGreaterThan(30);
        assertThat(String.join("\n", report))
                .contains(
                        "Apache License",
                        "Legion of the Bouncy Castle",
                        "Facebook, Inc.",
                        "Luben Karavelov",
                        "Brotli Authors",
                        "QOS.ch");
        if (released == Released.AGENT) {
            assertThat(String.join("\n", report)).contains("David Crawshaw");
        }
    }

    @Test
    void refusesLibrariesOfUnknownLicenceOrWithoutTheTextThatTheirLicenceWants() throws Exception {
        ObjectNode bom = (ObjectNode) MAPPER.readTree(plainBom().toFile());
        ((ObjectNode) componentOf(bom, "picocli")).remove("licenses");
        ((ObjectNode) componentOf(bom, "netty-buffer").path("licenses").path(0).path("license"))
                .put("id", "MIT");

        var made = release(built, written(bom), work);

        assertThat(made.exitCode()).isEqualTo(1);
        assertThat(made.stderr())
                .isEqualTo(
                        """
                        The POMs do not say the licence of [info.picocli:picocli]
                        The licence wants its text shipped, which neither the jar nor %s has, of [io.netty:netty-buffer]
                        """
                                .formatted(agent.resolve("src/package/licences")));
    }

    @Test
    void refusesAListThatLacksALibrary() throws Exception {
        ObjectNode bom = (ObjectNode) MAPPER.readTree(plainBom().toFile());
        String gone = componentOf(bom, "picocli").path("bom-ref").asText();
        var left = new ArrayList<JsonNode>();
        bom.path("components").forEach(left::add);
        left.removeIf(component -> component.path("bom-ref").asText().equals(gone));
        bom.putArray("components").addAll(left);

        var made = release(built, written(bom), work);

        assertThat(made.exitCode()).isEqualTo(1);
        assertThat(made.stderr())
                .matches("Maven's SBOM lacks \\[lib/picocli-.*\\.jar\\]: run Maven .*\n");
    }

    @Test
    void refusesAListOfAnotherBuild() throws Exception {
        ObjectNode bom = (ObjectNode) MAPPER.readTree(plainBom().toFile());
        ((ObjectNode) componentOf(bom, "picocli"))
                .putArray("hashes")
                .addObject()
                .put("alg", "SHA-256")
                .put("content", "0".repeat(64));

        var made = release(built, written(bom), work);

        assertThat(made.exitCode()).isEqualTo(1);
        assertThat(made.stderr()).matches("Maven's SBOM has another .*picocli.*: run Maven .*\n");
    }

    @Test
    void changelogAndTheNixPackageKnowTheVersion() throws Exception {
        String version = version().replace("-SNAPSHOT", "");

        assertThat(project.resolve(".github/CHANGELOG.md"))
                .content()
                .containsPattern("(?m)^## \\[" + version.replace(".", "\\.") + "\\] - ");
        assertThat(project.resolve("nixos-module/package.nix"))
                .content()
                .contains("version = \"" + version + "\";");
    }

    private static JsonNode componentOf(JsonNode bom, String name) {
        for (JsonNode component : bom.path("components")) {
            if (component.path("name").asText().equals(name)) {
                return component;
            }
        }
        throw new AssertionError("no " + name);
    }

    private Path written(JsonNode bom) throws IOException {
        Path file = work.resolve("changed-sbom.json");
        MAPPER.writeValue(file.toFile(), bom);
        return file;
    }

    private static int indexOfLineWith(List<String> lines, String beginning) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals(beginning) || lines.get(i).startsWith(beginning + " ")) {
                return i;
            }
        }
        throw new AssertionError("nothing of " + beginning);
    }

    /** Of all files but the documents about them. */
    private static Map<String, String> digestsOfFiles(Path home) throws IOException {
        var digests = new TreeMap<String, String>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.toList()) {
                String name = home.relativize(file).toString();
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && !name.startsWith("share/doc/")
                        && !name.startsWith("runtime/legal/")) {
                    digests.put(name, sha256(file));
                }
            }
        }
        return digests;
    }

    private static String sha256(Path file) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String digestIn(JsonNode component) {
        for (JsonNode hash : component.path("hashes")) {
            if (hash.path("alg").asText().equals("SHA-256")) {
                return hash.path("content").asText();
            }
        }
        throw new AssertionError("no SHA-256 in " + component);
    }

    /** The components, and those within them. */
    private static List<JsonNode> all(JsonNode sbom) {
        var found = new ArrayList<JsonNode>();
        found.add(sbom.path("metadata").path("component"));
        sbom.path("components").forEach(found::add);
        for (int i = 0; i < found.size(); i++) {
            found.get(i).path("components").forEach(found::add);
        }
        return found;
    }

    private JsonNode sbom() throws IOException {
        return MAPPER.readTree(published(".cdx.json").toFile());
    }

    /** What lies beside the archive. */
    private Path published(String end) {
        return target.resolve(archive().replaceFirst("\\.tar\\.gz$", end));
    }

    private Path plainBom() {
        return target.resolve("package/maven-sbom.json");
    }

    private String version() {
        return archive().replaceFirst("^%s-(.*)-linux-.*".formatted(released.program), "$1");
    }

    /** The name of the archive that the build made. */
    private String archive() {
        try (Stream<Path> files = Files.list(target)) {
            var found =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".tar.gz"))
                            .collect(toCollection(TreeSet::new));
            assertThat(found)
                    .as("archives in %s, made by `mvn package -Prelease`", target)
                    .hasSize(1);
            return found.first();
        } catch (IOException e) {
            throw new AssertionError(target + " cannot be read", e);
        }
    }

    private Path unpacked(String name) throws IOException {
        Path folder = Files.createDirectory(work.resolve(name));
        Commands.run(
                List.of(
                        "tar",
                        "-xzf",
                        target.resolve(archive()).toString(),
                        "-C",
                        folder.toString()));
        try (Stream<Path> files = Files.list(folder)) {
            return files.findFirst().orElseThrow().toRealPath();
        }
    }

    /** The build's last step, for some package and some SBOM of Maven, as the build calls it. */
    private Commands.Outcome release(Path image, Path bom, Path folder) throws IOException {
        Path classPath = target.resolve("package/classpath");
        Path sources = agent.resolve("src/package");
        return Commands.tryRun(
                List.of(
                        "env",
                        "--ignore-environment",
                        "TZ=Asia/Kathmandu",
                        "LC_ALL=C",
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        Files.readString(classPath).strip(),
                        sources.resolve("java/MakeRelease.java").toString(),
                        image.toString(),
                        bom.toString(),
                        classPath.toString(),
                        sources.toString(),
                        project.resolve(released.module).resolve("src/package").toString(),
                        project.resolve(".github/CHANGELOG.md").toString(),
                        version(),
                        "2026-01-01T00:00:00Z",
                        folder.toString(),
                        Files.createTempDirectory(work, "release").toString()));
    }
}
