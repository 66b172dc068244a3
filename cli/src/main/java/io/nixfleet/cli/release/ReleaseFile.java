package io.nixfleet.cli.release;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.nixfleet.protocol.json.OperatorJson;
import io.nixfleet.protocol.json.ProtocolException;
import io.nixfleet.protocol.operator.NewRelease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file with a release: the JSON that registers one at a control plane. */
public record ReleaseFile(Path path) {
    private static final int LIMIT = 64 << 20;

    /**
     * Finds out early that it could not be written.
     *
     * @throws IOException saying why
     */
    public void checkWritable() throws IOException {
        if (Files.isDirectory(path) || !Files.isWritable(directory())) {
            throw new IOException(
                    "--out %s: %s"
                            .formatted(
                                    path,
                                    Files.isDirectory(path)
                                            ? "that is a directory"
                                            : "nothing can be written to " + directory()));
        }
    }

    private Path directory() {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? Path.of("/") : parent;
    }

    /** Writes it whole, or leaves what was there. */
    public void write(NewRelease release) throws IOException {
        var mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        String json =
                mapper.writeValueAsString(mapper.readTree(OperatorJson.write(release))) + "\n";
        Path beside = Files.createTempFile(directory(), ".release-", ".json");
        try {
            // Not by the mode of temporary files: others may read it, as any new file.
            Files.delete(beside);
            Files.writeString(beside, json);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * Reads it.
     *
     * @throws IOException naming the file, and what is wrong with it
     */
    public NewRelease read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(LIMIT + 1);
            if (content.length > LIMIT) {
                throw new IOException("it is longer than %d bytes".formatted(LIMIT));
            }
            return OperatorJson.readNewRelease(new String(content, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new IOException("%s is not there".formatted(path), e);
        } catch (AccessDeniedException e) {
            throw new IOException("%s cannot be read: permission denied".formatted(path), e);
        } catch (ProtocolException e) {
            throw new IOException(
                    "%s is no release as 'nixfleet release create --out' writes it: %s"
                            .formatted(path, e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new IOException("%s cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }
}
