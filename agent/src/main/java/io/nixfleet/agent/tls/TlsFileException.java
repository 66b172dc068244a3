package io.nixfleet.agent.tls;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of certificates or a key that cannot be used: which, what it holds and what to do. Has no
 * cause: what parsers say of a key may quote it.
 */
public final class TlsFileException extends IOException {
    private final Path file;

    TlsFileException(Path file, String problem) {
        super(file + " " + problem);
        this.file = file;
    }

    public Path file() {
        return file;
    }
}
