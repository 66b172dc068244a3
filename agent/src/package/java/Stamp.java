import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The digest of the inputs of what was made last, kept in a file. */
record Stamp(Path file, String digest) {
    /** The stamp of a text and of all files, with their names, under some roots. */
    static Stamp of(Path file, String text, List<Path> roots) throws IOException {
        MessageDigest digest = sha256();
        digest.update(text.getBytes(UTF_8));
        for (Path root : roots) {
            try (Stream<Path> found = Files.walk(root)) {
                for (Path input : found.filter(Files::isRegularFile).sorted().toList()) {
                    digest.update("\n%s %d\n".formatted(input, Files.size(input)).getBytes(UTF_8));
                    OutputStream nowhere = OutputStream.nullOutputStream();
                    try (OutputStream sink = new DigestOutputStream(nowhere, digest)) {
                        Files.copy(input, sink);
                    }
                }
            }
        }
        return new Stamp(file, HexFormat.of().formatHex(digest.digest()));
    }

    boolean matches() throws IOException {
        return Files.exists(file) && Files.readString(file).equals(digest);
    }

    /** To be called before the work starts, so that work cut short is not taken for done. */
    void clear() throws IOException {
        Files.deleteIfExists(file);
    }

    void write() throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(temporary, digest);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
