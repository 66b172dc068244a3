package io.nixfleet.agent.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * The blocks of a PEM file, in order.
 *
 * @param file where they are from
 * @param blocks at least one
 */
record PemBlocks(Path file, List<PemObject> blocks) {
    // The system's bundle has some 200 KiB; what is far larger was not meant.
    private static final int LIMIT = 8 << 20;
    private static final int DER_SEQUENCE = 0x30;

    static PemBlocks read(Path file) throws TlsFileException {
        byte[] bytes = bytes(file);
        var blocks = new ArrayList<PemObject>();
        var text = new StringReader(new String(bytes, StandardCharsets.ISO_8859_1));
        try (var reader = new PemReader(text)) {
            for (PemObject block = reader.readPemObject();
                    block != null;
                    block = reader.readPemObject()) {
                blocks.add(block);
            }
        } catch (IOException | RuntimeException _) {
            throw new TlsFileException(
                    file, "has a PEM block that is cut short or damaged; write the file again");
        }
        if (blocks.isEmpty()) {
            throw new TlsFileException(file, withoutBlocks(bytes));
        }
        return new PemBlocks(file, List.copyOf(blocks));
    }

    private static String withoutBlocks(byte[] bytes) {
        if (bytes.length == 0) {
            return "is empty; it must be PEM";
        }
        return bytes[0] == DER_SEQUENCE
                ? "is not PEM but seems to be DER; convert it with openssl"
                : "is not PEM: it has no line -----BEGIN …-----";
    }

    private static byte[] bytes(Path file) throws TlsFileException {
        if (Files.isDirectory(file)) {
            throw new TlsFileException(file, "is a directory; it must be a PEM file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LIMIT + 1);
            if (bytes.length > LIMIT) {
                throw new TlsFileException(file, "has more than 8 MiB; it must be a PEM file");
            }
            return bytes;
        } catch (NoSuchFileException _) {
            throw new TlsFileException(file, "does not exist");
        } catch (AccessDeniedException _) {
            throw new TlsFileException(
                    file, "may not be read by the agent's user; change its owner or mode");
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsFileException(file, "cannot be read: " + e.getMessage());
        }
    }

    /** The types of all blocks, for messages: never what is in them. */
    String types() {
        return blocks.stream().map(PemBlocks::type).distinct().collect(Collectors.joining(", "));
    }

    private static String type(PemObject block) {
        return block.getType().matches("[A-Z0-9 ]{1,40}") ? block.getType() : "an unknown block";
    }
}
