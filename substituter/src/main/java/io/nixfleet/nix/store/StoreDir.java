package io.nixfleet.nix.store;

import io.nixfleet.nix.encoding.FormatException;

/**
 * The directory that store paths name as their parent, {@code /nix/store} nearly everywhere. It is
 * part of every path's identity, also in a store whose files lie elsewhere (a chroot store).
 */
public record StoreDir(String path) {
    public static final StoreDir NIX_STORE = new StoreDir("/nix/store");

    public StoreDir {
        if (!path.startsWith("/") || path.length() < 2 || path.endsWith("/")) {
            throw new FormatException(
                    "a store directory is an absolute path without a slash at its end, not "
                            + FormatException.excerpt(path));
        }
    }

    @Override
    public String toString() {
        return path;
    }
}
