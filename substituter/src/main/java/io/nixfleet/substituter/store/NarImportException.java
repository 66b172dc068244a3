package io.nixfleet.substituter.store;

import io.nixfleet.nix.store.StorePath;
import org.jspecify.annotations.Nullable;

/** The bytes offered for a path are not the NAR that was promised; nothing of it was imported. */
public final class NarImportException extends Exception {
    private final StorePath path;

    public NarImportException(StorePath path, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    public NarImportException(StorePath path, String message) {
        this(path, message, null);
    }

    public StorePath path() {
        return path;
    }
}
