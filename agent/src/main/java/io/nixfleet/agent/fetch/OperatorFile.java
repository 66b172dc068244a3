package io.nixfleet.agent.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A small text file that the operator named: logins, a token, keys. */
final class OperatorFile {
    private static final int LIMIT = 1 << 20;

    private OperatorFile() {}

    /**
     * @param kind for messages, such as {@code netrc file}
     */
    static String read(String kind, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LIMIT + 1);
            if (content.length > LIMIT) {
                throw new IOException("it is longer than %d bytes".formatted(LIMIT));
            }
            return new String(content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            String why =
                    switch (e) {
                        case NoSuchFileException _ -> "there is no such file";
                        case AccessDeniedException _ -> "permission denied";
                        default -> String.valueOf(e.getMessage());
                    };
            throw new IOException("%s %s cannot be read: %s".formatted(kind, file, why), e);
        }
    }
}
