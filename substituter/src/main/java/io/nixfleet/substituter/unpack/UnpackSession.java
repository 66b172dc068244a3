package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.nar.NarCheckingInputStream;
import io.nixfleet.nix.nar.NarFormatException;
import io.nixfleet.nix.nar.NarParser;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/** A session of an {@link UnpackStore}. */
final class UnpackSession implements StoreSession {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final String store;
    private final UnpackLayout layout;
    private final Registry registry;
    private final SharedStaging staging;
    private final int lanes = Runtime.getRuntime().availableProcessors();
    private final Semaphore freeLanes = new Semaphore(lanes);

    UnpackSession(String store, UnpackLayout layout, Staging staging) {
        this.store = store;
        this.layout = layout;
        this.registry = new Registry(layout);
        this.staging = new SharedStaging(store, staging);
    }

    @Override
    public Set<StorePath> protectAndQueryValid(Collection<StorePath> paths)
            throws StoreException, InterruptedException {
        var valid = new LinkedHashSet<StorePath>();
        for (StorePath path : paths) {
            if (query(path).isPresent()) {
                valid.add(path);
            }
        }
        return valid;
    }

    @Override
    public Optional<PathInfo> query(StorePath path) throws StoreException, InterruptedException {
        checkOurs(path);
        staging.checkOpen();
        try {
            return registry.find(path);
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(store, "look up " + path, e);
        }
    }

    @Override
    public void importPath(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, IOException, InterruptedException {
        checkOurs(info.path());
        freeLanes.acquire();
        try (var _ = staging.use()) {
            if (query(info.path()).isEmpty()) {
                checkReferences(info);
                importAbsent(info, nar);
            }
        } finally {
            freeLanes.release();
        }
    }

    private void checkReferences(PathInfo info) throws StoreException, InterruptedException {
        for (StorePath reference : info.references()) {
            if (!reference.equals(info.path()) && query(reference).isEmpty()) {
                throw StoreException.refused(
                        "%s: cannot import %s before %s, to which it refers, is valid"
                                .formatted(store, info.path(), reference));
            }
        }
    }

    private void importAbsent(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, IOException, InterruptedException {
        Path tree = staging.next();
        try {
            unpack(info, nar, tree);
            commit(info, tree);
        } finally {
            removeQuietly(tree);
        }
    }

    private void unpack(PathInfo info, InputStream nar, Path tree)
            throws StoreException, NarImportException, IOException, InterruptedException {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        var buffer = new byte[BUFFER_BYTES];
        try (var unpacker = new TreeUnpacker(tree)) {
            var parser = new NarParser(unpacker);
            var checked = new NarCheckingInputStream(nar, info.path(), info.narSize());
            for (int count = checked.read(buffer); count >= 0; count = checked.read(buffer)) {
                staging.checkOpen();
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while importing " + info.path());
                }
                digest.update(buffer, 0, count);
                write(info, parser, buffer, count);
            }
            parser.finish();
        } catch (NarFormatException e) {
            throw new NarImportException(info.path(), e.of(info.path()).getMessage(), e);
        }
        checkContent(info, NixHash.of(HashAlgorithm.SHA256, digest.digest()), tree);
    }

    private void write(PathInfo info, NarParser parser, byte[] buffer, int count)
            throws StoreException, InterruptedException {
        try {
            parser.feed(buffer, 0, count);
        } catch (UnrepresentableException e) {
            throw StoreException.refused(
                    "%s: cannot unpack %s: %s".formatted(store, info.path(), e.getMessage()));
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(store, "unpack " + info.path(), e);
        }
    }

    private void checkContent(PathInfo info, NixHash narHash, Path tree)
            throws StoreException, NarImportException, InterruptedException {
        if (!narHash.equals(info.narHash())) {
            throw new NarImportException(
                    info.path(),
                    "NAR of %s has hash %s where %s was promised"
                            .formatted(info.path(), narHash, info.narHash()));
        }
        Optional<String> problem;
        try {
            problem = ContentCheck.problem(info, tree);
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(store, "hash " + info.path(), e);
        }
        if (problem.isPresent()) {
            throw new NarImportException(info.path(), info.path() + ": " + problem.get());
        }
    }

    private void commit(PathInfo info, Path tree) throws StoreException, InterruptedException {
        Path files = layout.files(info.path());
        Path unregistered = staging.next();
        try (var _ = StoreLock.acquire(layout.lock())) {
            staging.checkOpen();
            if (registry.find(info.path()).isPresent()) {
                return;
            }
            if (Files.exists(files, LinkOption.NOFOLLOW_LINKS)) {
                if (Files.isDirectory(files, LinkOption.NOFOLLOW_LINKS)) {
                    TreeRemover.makeWritable(files);
                }
                Files.move(files, unregistered, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(tree, files, StandardCopyOption.ATOMIC_MOVE);
            if (Files.isDirectory(files, LinkOption.NOFOLLOW_LINKS)) {
                CanonicalMetadata.apply(files);
            }
            registry.add(info);
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(store, "register " + info.path(), e);
        } finally {
            removeQuietly(unregistered);
        }
    }

    /** What stays now is removed with the staging directory, or by the next run. */
    private static void removeQuietly(Path tree) {
        try {
            TreeRemover.remove(tree);
        } catch (IOException _) {
            // See above; an exception here would hide the one that matters.
        }
    }

    @Override
    public int importLanes() {
        return lanes;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The link leads to where the files lie, below this store's directory.
     */
    @Override
    public void addRoot(Path link, StorePath target) throws StoreException, InterruptedException {
        if (query(target).isEmpty()) {
            throw StoreException.refused(
                    "%s: %s is not valid, so %s cannot link to it".formatted(store, target, link));
        }
        Path absolute = link.toAbsolutePath();
        Path directory = Objects.requireNonNullElse(absolute.getParent(), absolute);
        if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(absolute)) {
            throw StoreException.refused(
                    "%s is in the way and not a symbolic link; move it or choose another link"
                            .formatted(absolute));
        }
        try {
            Files.createDirectories(directory);
            Path unfinished =
                    directory.resolve("." + absolute.getFileName() + "." + UUID.randomUUID());
            Files.createSymbolicLink(unfinished, layout.files(target));
            Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(store, "make the link " + absolute, e);
        }
    }

    private void checkOurs(StorePath path) throws StoreException {
        if (!path.dir().equals(layout.storeDir())) {
            throw StoreException.refused(
                    "%s holds paths of %s, not %s".formatted(store, layout.storeDir(), path));
        }
    }

    @Override
    public void close() {
        staging.close();
    }
}
