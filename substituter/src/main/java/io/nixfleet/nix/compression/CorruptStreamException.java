package io.nixfleet.nix.compression;

import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Compressed data that cannot be decompressed: damaged, cut short, or asking for more memory than
 * it may have. The message names the compression and the place in the compressed data.
 */
public final class CorruptStreamException extends IOException {
    private final Compression compression;

    private CorruptStreamException(
            Compression compression, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.compression = compression;
    }

    static CorruptStreamException of(Compression compression, long position, Exception cause) {
        if (cause instanceof EOFException) {
            return new CorruptStreamException(
                    compression,
                    "%s data ends too early, after %d bytes"
                            .formatted(compression.nixName(), position),
                    cause);
        }
        if (cause instanceof WindowException) {
            return new CorruptStreamException(
                    compression,
                    "%s data cannot be decompressed: %s"
                            .formatted(compression.nixName(), reason(cause)),
                    cause);
        }
        return new CorruptStreamException(
                compression,
                "%s data is corrupt or cut short, before byte %d: %s"
                        .formatted(compression.nixName(), position, reason(cause)),
                cause);
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    public Compression compression() {
        return compression;
    }
}
