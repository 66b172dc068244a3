import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a release consists of. Maven's plugin knows the libraries as their registry has them; the
 * package has them trimmed, their native libraries beside them, and a Java runtime. So the {@code
 * hashes} of a library are those of the registry's jar, by which it is known elsewhere; the files
 * that the package has of it are components within it, with the SHA-256 that they have there.
 */
record Sbom(String program, ObjectNode root, Path image, List<Path> jars) {
    /** Maven leaves the plugin out without a word when it is offline. */
    static final String ANEW = ": run Maven without --offline, which makes the SBOM anew";

    private static final String RUNTIME = "runtime";
    private static final String LIB = "lib/";

    /** A library: its entry, and the jar of the registry. */
    record Library(JsonNode component, Path jar) {
        String name() {
            String group = component.path("group").asText();
            return (group.isEmpty() ? "" : group + ":") + component.path("name").asText();
        }

        String version() {
            return component.path("version").asText();
        }

        boolean isOurs() {
            return component.path("group").asText().equals("io.nixfleet");
        }

        /** SPDX identifiers, or names where a licence has none; where there are several, all. */
        List<String> licences() {
            var all = new ArrayList<String>();
            for (JsonNode choice : component.path("licenses")) {
                JsonNode licence = choice.path("license");
                Stream.of(choice.path("expression"), licence.path("id"), licence.path("name"))
                        .filter(JsonNode::isTextual)
                        .map(JsonNode::asText)
                        .filter(text -> !text.isBlank())
                        .findFirst()
                        .ifPresent(all::add);
            }
            return all;
        }

        /** Its website, or else its sources; empty if unknown. */
        String url() {
            Map<String, String> references = new HashMap<>();
            for (JsonNode reference : component.path("externalReferences")) {
                references.putIfAbsent(
                        reference.path("type").asText(), reference.path("url").asText());
            }
            return references.getOrDefault("website", references.getOrDefault("vcs", ""));
        }
    }

    /**
     * Adds what Maven does not know; refuses a list that is not that of the package's files.
     *
     * @param added what the archive has beside the package's files, by the paths there
     */
    void complete(Map<String, Path> added) throws IOException {
        root.remove("serialNumber");
        ((ObjectNode) root.path("metadata")).remove("timestamp");
        SortedMap<String, Path> unclaimed = shipped();
        for (Library library : libraries()) {
            checkDigest(library);
            var component = (ObjectNode) library.component();
            claim(component, Set.of(jarOf(component)), unclaimed);
            for (String compiled : compiledOf(library)) {
                ObjectNode file = add(component, compiled, unclaimed.remove(compiled));
                for (NativePart part : NativePart.of(library, image.resolve(compiled))) {
                    add(file, part);
                }
            }
        }
        addRuntime(unclaimed);

        var ours = (ObjectNode) root.path("metadata").path("component");
        Set<String> foreign = new TreeSet<>(unclaimed.keySet());
        foreign.removeIf(name -> !name.matches(".*\\.(jar|so)"));
        // The latter is only a manifest.
        foreign.removeAll(Set.of(jarOf(ours), LIB + program + ".jar"));
        if (!foreign.isEmpty()) {
            throw new Refusal("Maven's SBOM lacks " + foreign + ANEW);
        }
        unclaimed.putAll(added);
        claim(ours, Set.copyOf(unclaimed.keySet()), unclaimed);
    }

    /** Forgets libraries of the class path that the package has nothing of. */
    void leaveOut(List<Path> without) {
        Set<String> files =
                without.stream().map(jar -> LIB + jar.getFileName()).collect(Collectors.toSet());
        Set<String> gone = new TreeSet<>();
        for (Iterator<JsonNode> all = root.path("components").iterator(); all.hasNext(); ) {
            JsonNode component = all.next();
            if (files.contains(jarOf(component))) {
                gone.add(component.path("bom-ref").asText());
                all.remove();
            }
        }
        for (Iterator<JsonNode> all = root.path("dependencies").iterator(); all.hasNext(); ) {
            JsonNode dependency = all.next();
            if (gone.contains(dependency.path("ref").asText())) {
                all.remove();
                continue;
            }
            Iterator<JsonNode> needed = dependency.path("dependsOn").iterator();
            while (needed.hasNext()) {
                if (gone.contains(needed.next().asText())) {
                    needed.remove();
                }
            }
        }
    }

    /** All files of the package but the texts about the JDK, and the cache that no release has. */
    private SortedMap<String, Path> shipped() throws IOException {
        var shipped = new TreeMap<String, Path>();
        try (Stream<Path> files = Files.walk(image)) {
            for (Path file : files.filter(Sbom::isPlain).toList()) {
                String name = image.relativize(file).toString();
                if (!name.matches("runtime/legal/.*|.*\\.aot")) {
                    shipped.put(name, file);
                }
            }
        }
        return shipped;
    }

    private static boolean isPlain(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Refuses a list that was made of other jars, as one of an earlier build. Our own are published
     * nowhere but here: what is shipped is all there is to say of them.
     */
    private static void checkDigest(Library library) throws IOException {
        if (library.isOurs()) {
            ((ObjectNode) library.component()).remove("hashes");
            return;
        }
        String digest = Digests.sha256(library.jar());
        for (JsonNode hash : library.component().path("hashes")) {
            if (hash.path("alg").asText().equals("SHA-256")
                    && hash.path("content").asText().equals(digest)) {
                return;
            }
        }
        throw new Refusal("Maven's SBOM has another " + library.jar() + ANEW);
    }

    /** All libraries, ours too, by name. */
    List<Library> libraries() {
        Map<String, Path> byName =
                jars.stream()
                        .collect(Collectors.toMap(jar -> LIB + jar.getFileName(), jar -> jar));
        var all = new ArrayList<Library>();
        for (JsonNode component : root.path("components")) {
            if (component.path("bom-ref").asText().equals(RUNTIME)) {
                continue;
            }
            Path jar = byName.get(jarOf(component));
            if (jar == null) {
                throw new Refusal(
                        "Maven's SBOM has %s, the class path has not%s"
                                .formatted(jarOf(component), ANEW));
            }
            all.add(new Library(component, jar));
        }
        all.sort(Comparator.comparing(Library::name).thenComparing(l -> l.jar().getFileName()));
        return all;
    }

    private static void claim(
            ObjectNode component, Set<String> names, SortedMap<String, Path> unclaimed)
            throws IOException {
        for (String name : new TreeSet<>(names)) {
            Path file = unclaimed.remove(name);
            if (file == null) {
                throw new Refusal(
                        "Maven's SBOM has %s, the package has not%s".formatted(name, ANEW));
            }
            add(component, name, file);
        }
    }

    private static ObjectNode add(ObjectNode component, String name, Path file) throws IOException {
        ObjectNode added = component.withArray("components").addObject();
        added.put("type", "file").put("name", name);
        added.withArray("hashes")
                .addObject()
                .put("alg", "SHA-256")
                .put("content", Digests.sha256(file));
        return added;
    }

    private static void add(ObjectNode file, NativePart part) {
        ObjectNode added = file.withArray("components").addObject();
        added.put("type", "library").put("name", part.name()).put("version", part.version());
        added.withArray("licenses").addObject().putObject("license").put("id", part.licence());
        if (!part.cpe().isEmpty()) {
            added.put("cpe", part.cpe() + ":*:*:*:*:*:*:*");
        }
        added.put("purl", part.purl());
    }

    private static void addProperty(ArrayNode properties, String name, String value) {
        properties.addObject().put("name", name).put("value", value);
    }

    /** Where the package has an artefact, under the name that Maven gives it. */
    private static String jarOf(JsonNode component) {
        String qualifiers = component.path("purl").asText().replaceFirst("^[^?]*\\??", "");
        String classifier =
                Stream.of(qualifiers.split("&", -1))
                        .filter(qualifier -> qualifier.startsWith("classifier="))
                        .map(qualifier -> "-" + qualifier.substring("classifier=".length()))
                        .findFirst()
                        .orElse("");
        return LIB
                + component.path("name").asText()
                + "-"
                + component.path("version").asText()
                + classifier
                + ".jar";
    }

    /** The native libraries that the package has of a library. */
    SortedSet<String> compiledOf(Library library) throws IOException {
        try (var jar = new JarFile(library.jar().toFile())) {
            return jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".so"))
                    .map(name -> LIB + name.substring(name.lastIndexOf('/') + 1))
                    .filter(name -> Files.exists(image.resolve(name)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The JDK that builds is the one whose modules are in the package. */
    private void addRuntime(SortedMap<String, Path> unclaimed) throws IOException {
        String version = System.getProperty("java.version");
        ObjectNode runtime = root.withArray("components").addObject();
        runtime.put("type", "platform").put("bom-ref", RUNTIME);
        runtime.put("publisher", System.getProperty("java.vendor"));
        runtime.put("name", "OpenJDK").put("version", version);
        runtime.put("description", "Java runtime, reduced by jlink to the modules that are used");
        runtime.withArray("licenses")
                .addObject()
                .put("expression", "GPL-2.0-only WITH Classpath-exception-2.0");
        runtime.put("cpe", "cpe:2.3:a:oracle:openjdk:%s:*:*:*:*:*:*:*".formatted(version));
        ArrayNode properties = runtime.withArray("properties");
        String build = System.getProperty("java.vendor.version") + " " + Runtime.version();
        addProperty(properties, "nixfleet:jdk:build", build);
        addProperty(properties, "nixfleet:jdk:modules", modules());
        claim(
                runtime,
                // Up to what comes after '/'.
                Set.copyOf(unclaimed.subMap(RUNTIME + "/", RUNTIME + "0").keySet()),
                unclaimed);
        String ours = root.path("metadata").path("component").path("bom-ref").asText();
        for (JsonNode dependency : root.path("dependencies")) {
            if (dependency.path("ref").asText().equals(ours)) {
                ((ObjectNode) dependency).withArray("dependsOn").add(RUNTIME);
            }
        }
        root.withArray("dependencies").addObject().put("ref", RUNTIME);
    }

    private String modules() throws IOException {
        return Files.readAllLines(image.resolve("runtime/release")).stream()
                .filter(line -> line.startsWith("MODULES="))
                .map(line -> line.substring("MODULES=".length()).replace("\"", ""))
                .findFirst()
                .orElseThrow(() -> new Refusal("runtime/release has no MODULES"));
    }
}
