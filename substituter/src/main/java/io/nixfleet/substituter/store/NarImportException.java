package io.nixfleet.substituter.store;

import io.nixfleet.nix.store.StorePath;
import org.jspecify.annotations.Nullable;

/**
 * What was offered for a path is not to be imported, whatever the store: its bytes are not the NAR
 * that was promised, or nobody whom the store trusts vouches for it. Nothing of it was imported.
 */
public final class NarImportException extends Exception {
    /** What was wrong with it. */
    public enum Reason {
        /** The bytes: another hash, another size, not an archive, cut short. */
        CONTENT,
        /** No signature by a key that the store trusts. */
        SIGNATURE
    }

    private final StorePath path;
    private final Reason reason;

    public NarImportException(
            StorePath path, Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.reason = reason;
    }

    /** For {@link Reason#CONTENT}. */
    public NarImportException(StorePath path, String message, @Nullable Throwable cause) {
        this(path, Reason.CONTENT, message, cause);
    }

    /** For {@link Reason#CONTENT}. */
    public NarImportException(StorePath path, String message) {
        this(path, message, null);
    }

    public StorePath path() {
        return path;
    }

    public Reason reason() {
        return reason;
    }
}
