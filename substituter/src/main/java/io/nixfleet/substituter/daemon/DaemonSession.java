package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.nar.NarCheckingInputStream;
import io.nixfleet.nix.nar.NarFormatException;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** A session over one control connection and a few import lanes. */
final class DaemonSession implements StoreSession {
    private final DaemonStore store;
    private final Watchdog watchdog;
    private final DaemonConnection control;
    private final ReentrantLock controlLock = new ReentrantLock();
    private final Set<StorePath> protectedPaths = ConcurrentHashMap.newKeySet();
    private final ImportLanes lanes;
    private final RegistrationTurns turns = new RegistrationTurns(RegistrationTurns.PATIENCE);
    private volatile List<String> extraTrustedKeys;

    DaemonSession(DaemonStore store, Watchdog watchdog, DaemonConnection control) {
        this.store = store;
        this.watchdog = watchdog;
        this.control = control;
        this.extraTrustedKeys = store.extraTrustedKeys();
        this.lanes =
                new ImportLanes(store.lanes(), () -> store.connect(watchdog, extraTrustedKeys));
    }

    @Override
    public void trust(List<String> extraKeys) {
        // Imports are the lanes' work: none of them is open yet.
        extraTrustedKeys = List.copyOf(extraKeys);
    }

    @Override
    public Set<StorePath> protectAndQueryValid(Collection<StorePath> paths)
            throws StoreException, InterruptedException {
        Set<StorePath> distinct = Set.copyOf(paths);
        Set<StorePath> valid =
                onControl(
                        () -> {
                            protect(distinct);
                            return control.queryValid(distinct);
                        });
        if (valid.size() < distinct.size()) {
            // More will be missing than what is known yet, and each takes a daemon some time.
            lanes.warmUp(store.lanes());
        }
        return valid;
    }

    private void protect(Collection<StorePath> paths)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        var unprotected = new ArrayList<>(paths);
        unprotected.removeIf(protectedPaths::contains);
        control.addTempRoots(unprotected);
        protectedPaths.addAll(unprotected);
    }

    @Override
    public Optional<PathInfo> query(StorePath path) throws StoreException, InterruptedException {
        var answer = onControl(() -> control.queryPathInfo(path));
        try {
            return answer.map(info -> info.of(path));
        } catch (FormatException e) {
            throw StoreException.refused(
                    "%s knows %s, but what it says of it is malformed: %s"
                            .formatted(store.name(), path, e.getMessage()),
                    e);
        }
    }

    @Override
    public void importPath(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, IOException, InterruptedException {
        importPath(info, nar, SignatureCheck.BY_DAEMON);
    }

    @Override
    public void importUnsigned(PathInfo info, InputStream nar)
            throws StoreException, NarImportException, IOException, InterruptedException {
        importPath(info, nar, SignatureCheck.NONE);
    }

    private void importPath(PathInfo info, InputStream nar, SignatureCheck check)
            throws StoreException, NarImportException, IOException, InterruptedException {
        if (!protectedPaths.contains(info.path())) {
            onControl(
                    () -> {
                        protect(List.of(info.path()));
                        return info;
                    });
        }
        // Nix up to 2.26 reserves as much memory as any length in an archive claims, whatever the
        // archive's own size: only what is well-formed may reach the daemon.
        var checked = new NarCheckingInputStream(nar, info.path(), info.narSize());
        switch (upload(info, checked, check)) {
            case ImportResult.Imported _ -> {}
            case ImportResult.StreamFailed(NarFormatException failure) ->
                    throw new NarImportException(
                            info.path(), String.valueOf(failure.getMessage()), failure);
            case ImportResult.StreamFailed(IOException failure) -> throw failure;
            case ImportResult.StreamFailed(RuntimeException failure) -> throw failure;
            case ImportResult.StreamFailed(Exception failure) ->
                    throw new IllegalStateException(failure);
        }
    }

    private ImportResult upload(PathInfo info, InputStream nar, SignatureCheck check)
            throws StoreException, NarImportException, InterruptedException {
        try {
            return lanes.use(
                    connection -> {
                        try {
                            return connection.importNar(info, nar, check, turns);
                        } catch (DaemonErrorException e) {
                            throw new ImportRefusal(
                                            info, connection, check, !extraTrustedKeys.isEmpty())
                                    .explain(e);
                        }
                    });
        } catch (DaemonLostException e) {
            throw lanes.exhausted()
                    ? StoreException.lost(e.getMessage(), e)
                    : StoreException.refused(e.getMessage(), e);
        }
    }

    /** Work that needs the control connection. */
    @FunctionalInterface
    private interface ControlWork<T> {
        T run() throws DaemonErrorException, DaemonLostException, InterruptedException;
    }

    private <T> T onControl(ControlWork<T> work) throws StoreException, InterruptedException {
        controlLock.lockInterruptibly();
        try {
            return work.run();
        } catch (DaemonErrorException e) {
            String message =
                    "%s answered with an error: %s".formatted(control.peer(), e.explanation());
            throw control.usable()
                    ? StoreException.refused(message, e)
                    : StoreException.lost(message, e);
        } catch (DaemonLostException e) {
            throw StoreException.lost(e.getMessage(), e);
        } finally {
            controlLock.unlock();
        }
    }

    @Override
    public int importLanes() {
        return store.lanes();
    }

    @Override
    public void addRoot(Path link, StorePath target) throws StoreException, InterruptedException {
        Path absolute = link.toAbsolutePath().normalize();
        if (absolute.startsWith(store.storeDir().path())) {
            throw StoreException.refused(
                    "%s cannot be a root: it lies in the store".formatted(absolute));
        }
        boolean valid =
                onControl(
                        () -> {
                            protect(List.of(target));
                            return control.isValid(target);
                        });
        if (!valid) {
            throw StoreException.refused(
                    "%s cannot be made a root of %s: it is not valid"
                            .formatted(target, store.name()));
        }
        try {
            RootLink.write(absolute, target);
        } catch (IOException e) {
            throw StoreException.refused(
                    "could not make the root %s: %s".formatted(absolute, e.getMessage()), e);
        }
        onControl(
                () -> {
                    control.addIndirectRoot(absolute);
                    // A collection under way may have read the roots before this one was there,
                    // and may read our temporary ones after we are gone: it is told now, and
                    // waits for whoever tells it.
                    control.addTempRoots(List.of(target));
                    return absolute;
                });
    }

    @Override
    public void close() {
        var connections = new ArrayList<>(lanes.end());
        connections.add(control);
        DaemonConnection.closeAll(connections);
        watchdog.close();
    }
}
