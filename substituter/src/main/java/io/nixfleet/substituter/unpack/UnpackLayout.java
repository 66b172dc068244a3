package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;

/**
 * Where things lie.
 *
 * @param root the directory that stands for {@code /}, absolute
 * @param storeDir the directory that store paths name as their parent
 */
record UnpackLayout(Path root, StoreDir storeDir) {
    /** The directory of the files of {@link #storeDir}. */
    Path store() {
        return root.resolve(storeDir.path().substring(1));
    }

    /** Where a path's files lie. */
    Path files(StorePath path) {
        return store().resolve(path.baseName());
    }

    /** One file for each valid path, named as the path, in the form of {@code --load-db}. */
    Path registrations() {
        return state().resolve("registration");
    }

    /** One file for each registered path with what the other form has no room for. */
    Path details() {
        return state().resolve("details");
    }

    /** Locked by whoever makes a path valid or cleans up. */
    Path lock() {
        return state().resolve("lock");
    }

    private Path state() {
        return store().resolveSibling("var").resolve("nixfleet");
    }
}
