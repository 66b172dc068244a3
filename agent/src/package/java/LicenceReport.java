import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/**
 * Each foreign library with its version, licence and origin, what its native library consists of,
 * and then the texts of licences and notices that their jars carry, each once. Refuses a library
 * whose licence is not known, or wants its text shipped where neither the jar nor the folder {@code
 * licences} has one.
 */
final class LicenceReport {
    private static final Pattern LICENCE_FILE =
            Pattern.compile(
                    "(META-INF/)?(maven/[^/]*/)?([^/]*/)?"
                            + "(LICEN[CS]E|NOTICE|COPYING)[^/]*(?<!\\.class)",
                    Pattern.CASE_INSENSITIVE);

    /** Those that want no text, and that of which the report has the text of many libraries. */
    private static final Set<String> WITHOUT_OWN_TEXT =
            Set.of("Apache-2.0", "0BSD", "CC0-1.0", "blessing");

    private static final String RULE = "-".repeat(100) + "\n";

    private final String program;
    private final Sbom sbom;
    private final Path ours;
    private final List<String> withoutLicence = new ArrayList<>();
    private final List<String> withoutText = new ArrayList<>();

    /** By a text without its blanks: the text, and what carries it. */
    private final Map<String, Carried> texts = new LinkedHashMap<>();

    private record Carried(String text, List<String> by) {}

    /**
     * @param program its name
     * @param ours the folder of the texts that jars lack: {@code group.artefact.txt} of a library,
     *     {@code name.txt} of a part of a native one
     */
    LicenceReport(String program, Sbom sbom, Path ours) {
        this.program = program;
        this.sbom = sbom;
        this.ours = ours;
    }

    String text() throws IOException {
        var report =
                new StringBuilder(
                        """
                        What %s contains of others. The libraries are parts of what
                        their makers publish: sbom.cdx.json says which jar, and what of it is here.
                        The Java runtime is OpenJDK, GPL-2.0-only WITH Classpath-exception-2.0;
                        runtime/legal has its texts and notices, and those of what it contains.

                        """
                                .formatted(program));
        for (Sbom.Library library : sbom.libraries()) {
            if (!library.isOurs()) {
                describe(library, report);
            }
        }
        var reasons = new ArrayList<String>();
        if (!withoutLicence.isEmpty()) {
            reasons.add("The POMs do not say the licence of " + withoutLicence);
        }
        if (!withoutText.isEmpty()) {
            reasons.add(
                    "The licence wants its text shipped, which neither the jar nor %s has, of %s"
                            .formatted(ours, withoutText));
        }
        if (!reasons.isEmpty()) {
            throw new Refusal(String.join("\n", reasons));
        }
        for (Carried carried : texts.values()) {
            report.append('\n').append(RULE);
            carried.by().forEach(name -> report.append(name).append('\n'));
            report.append(RULE).append('\n').append(carried.text()).append('\n');
        }
        return report.toString();
    }

    private void describe(Sbom.Library library, StringBuilder report) throws IOException {
        report.append(nameOf(library)).append('\n');
        report.append("    ").append(String.join(" or ", library.licences())).append('\n');
        if (!library.url().isEmpty()) {
            report.append("    ").append(library.url()).append('\n');
        }
        boolean hasText = collect(library) | collectOurs(library.name(), nameOf(library));
        if (library.licences().isEmpty()) {
            withoutLicence.add(library.name());
        } else if (!hasText && Collections.disjoint(library.licences(), WITHOUT_OWN_TEXT)) {
            withoutText.add(library.name());
        }
        for (String compiled : sbom.compiledOf(library)) {
            for (NativePart part : NativePart.of(library, sbom.image().resolve(compiled))) {
                String name = part.name() + " " + part.version();
                report.append("    %s has %s, %s\n".formatted(compiled, name, part.licence()));
                if (!collectOurs(part.name(), name)
                        && !WITHOUT_OWN_TEXT.contains(part.licence())) {
                    withoutText.add(part.name());
                }
            }
        }
    }

    private static String nameOf(Sbom.Library library) {
        String file = library.jar().getFileName().toString();
        String artefact = library.component().path("name").asText() + "-" + library.version();
        String classifier = file.substring(artefact.length(), file.length() - ".jar".length());
        return library.name() + " " + library.version() + classifier.replaceFirst("^-", " ");
    }

    private boolean collect(Sbom.Library library) throws IOException {
        boolean found = false;
        try (var jar = new JarFile(library.jar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (!entry.isDirectory() && LICENCE_FILE.matcher(entry.getName()).matches()) {
                    String text = new String(jar.getInputStream(entry).readAllBytes(), UTF_8);
                    carry(text, nameOf(library) + ": " + entry.getName());
                    found = true;
                }
            }
        }
        return found;
    }

    private boolean collectOurs(String name, String by) throws IOException {
        Path file = ours.resolve(name.replace(':', '.') + ".txt");
        if (Files.notExists(file)) {
            return false;
        }
        carry(Files.readString(file), by);
        return true;
    }

    private void carry(String text, String by) {
        texts.computeIfAbsent(
                        text.replaceAll("\\s+", ""),
                        _ -> new Carried(tidy(text), new ArrayList<>()))
                .by()
                .add(by);
    }

    private static String tidy(String text) {
        return text.replace("\r\n", "\n").strip();
    }
}
