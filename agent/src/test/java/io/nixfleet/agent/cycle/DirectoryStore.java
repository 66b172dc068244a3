package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostPaths;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** A store in which a path is valid when its files are there; it hangs and fails on demand. */
final class DirectoryStore implements Store {
    private final HostPaths paths;
    private volatile String failure = "";
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch asked = new CountDownLatch(1);

    DirectoryStore(HostPaths paths) {
        this.paths = paths;
    }

    /** Answers no one from now on. */
    void hang() {
        asked = new CountDownLatch(1);
        gate = new CountDownLatch(1);
    }

    /** Waits until someone asks. */
    void awaitAsked() throws InterruptedException {
        asked.await();
    }

    void goOn() {
        gate.countDown();
    }

    /** Fails everyone from now on; does not, if the reason is empty. */
    void fail(String reason) {
        failure = reason;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public StoreDir storeDir() {
        return StoreDir.NIX_STORE;
    }

    @Override
    public StoreSession openSession() throws StoreException {
        if (!failure.isEmpty()) {
            throw StoreException.refused(failure);
        }
        return new Session();
    }

    private final class Session implements StoreSession {
        @Override
        public Set<StorePath> protectAndQueryValid(Collection<StorePath> asking)
                throws InterruptedException {
            asked.countDown();
            gate.await();
            return asking.stream()
                    .filter(path -> Files.exists(paths.files(path)))
                    .collect(Collectors.toSet());
        }

        @Override
        public Optional<PathInfo> query(StorePath path) {
            return Optional.empty();
        }

        @Override
        public void importPath(PathInfo info, InputStream nar) throws StoreException {
            throw StoreException.refused("this store takes nothing");
        }

        @Override
        public int importLanes() {
            return 1;
        }

        @Override
        public void addRoot(Path link, StorePath target) throws StoreException {
            try {
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, Path.of(target.toString()));
            } catch (IOException e) {
                throw StoreException.refused("no root", e);
            }
        }

        @Override
        public void close() {}
    }
}
