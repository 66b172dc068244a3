package io.nixfleet.nix.compression;

import java.io.IOException;

/** A stream asks for more memory than it may have. */
final class WindowException extends IOException {
    private static final int MEBIBYTE = 1 << 20;

    /** Both in bytes. */
    WindowException(long wanted, long allowed) {
        super(
                "its window takes %d MiB, at most %d MiB are allowed"
                        .formatted(Math.ceilDiv(wanted, MEBIBYTE), allowed / MEBIBYTE));
    }
}
