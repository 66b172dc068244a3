package io.nixfleet.substituter.store;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * A store that has nothing and takes nothing: a plan against it says what the caches have.
 *
 * @param storeDir the directory that paths name as their parent
 */
public record EmptyStore(StoreDir storeDir) implements Store {
    @Override
    public String name() {
        return "an empty store";
    }

    @Override
    public StoreSession openSession() {
        return new Session();
    }

    private final class Session implements StoreSession {
        @Override
        public Set<StorePath> protectAndQueryValid(Collection<StorePath> paths) {
            return Set.of();
        }

        @Override
        public Optional<PathInfo> query(StorePath path) {
            return Optional.empty();
        }

        @Override
        public void importPath(PathInfo info, InputStream nar) throws StoreException {
            throw StoreException.refused("%s takes nothing".formatted(name()));
        }

        @Override
        public int importLanes() {
            return 1;
        }

        @Override
        public void addRoot(Path link, StorePath target) throws StoreException {
            throw StoreException.refused("%s keeps nothing".formatted(name()));
        }

        @Override
        public void close() {}
    }
}
