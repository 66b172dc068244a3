import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * Foreign code that is linked into a native library, and that no POM names. Its version is what the
 * jar around it says, and what the compiled code itself says.
 */
record NativePart(String name, String version, String licence, String purl, String cpe) {
    private static final String NO_CPE = "";

    /** What a library's native library consists of, but for what the library's makers wrote. */
    static List<NativePart> of(Sbom.Library library, Path compiled) throws IOException {
        return switch (library.name()) {
            case "com.github.luben:zstd-jni" -> {
                String version = library.version().replaceFirst("-\\d+$", "");
                yield List.of(
                        new NativePart(
                                        "zstd",
                                        version,
                                        "BSD-3-Clause",
                                        "pkg:github/facebook/zstd@v" + version,
                                        "cpe:2.3:a:facebook:zstandard:" + version)
                                .foundIn(compiled));
            }
            case "org.xerial:sqlite-jdbc" -> {
                String version = library.version().replaceFirst("\\.\\d+$", "");
                yield List.of(
                        new NativePart(
                                        "SQLite",
                                        version,
                                        "blessing",
                                        "pkg:generic/sqlite@" + version,
                                        "cpe:2.3:a:sqlite:sqlite:" + version)
                                .foundIn(compiled));
            }
            case "io.netty:netty-tcnative-boringssl-static" -> {
                String revision = stated(library, "BoringSSL-Revision");
                String version = stated(library, "Apr-Version");
                yield List.of(
                        // It has no versions, and its code does not know its revision.
                        new NativePart(
                                "BoringSSL",
                                revision,
                                "Apache-2.0",
                                "pkg:github/google/boringssl@" + revision,
                                NO_CPE),
                        new NativePart(
                                        "Apache Portable Runtime",
                                        version,
                                        "Apache-2.0",
                                        "pkg:github/apache/apr@" + version,
                                        "cpe:2.3:a:apache:portable_runtime:" + version)
                                .foundIn(compiled));
            }
            default ->
                    throw new Refusal(
                            "NativePart does not know what %s of %s consists of"
                                    .formatted(compiled.getFileName(), library.name()));
        };
    }

    private static String stated(Sbom.Library library, String attribute) throws IOException {
        try (var jar = new JarFile(library.jar().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            String value = manifest.getValue(attribute);
            if (value == null) {
                throw new Refusal(
                        "The manifest of %s has no %s".formatted(library.jar(), attribute));
            }
            return value;
        }
    }

    private NativePart foundIn(Path compiled) throws IOException {
        if (!Files.readString(compiled, StandardCharsets.ISO_8859_1).contains(version)) {
            throw new Refusal(
                    "%s does not say that it has %s %s".formatted(compiled, name, version));
        }
        return this;
    }
}
