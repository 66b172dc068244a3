package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.wire.ProtocolVersion;
import io.nixfleet.substituter.daemon.wire.UnkeyedPathInfo;
import io.nixfleet.substituter.daemon.wire.WireFormatException;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import io.nixfleet.substituter.daemon.wire.WorkerOperation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One connection to a daemon, greeted and ready. Operations come one at a time; {@link #close()}
 * may be called from any thread and ends the one under way. After a {@link DaemonErrorException}
 * the connection is good for more if {@link #usable()} says so, after a {@link DaemonLostException}
 * or an interruption it never is.
 */
final class DaemonConnection implements AutoCloseable {
    /** Requests sent before their replies are read: few enough to fit the smallest pipe. */
    private static final int PIPELINE_WINDOW = 128;

    private static final int QUERY_BATCH = 2000;
    private static final int MAX_PATH_BYTES = 4096;
    private static final String PROBE_NAME = "00000000000000000000000000000000-probe";

    private final DaemonLine line;
    private final Handshake handshake;
    private final StoreDir storeDir;
    private final DaemonLimits limits;

    private DaemonConnection(
            DaemonLine line, Handshake handshake, StoreDir storeDir, DaemonLimits limits) {
        this.line = line;
        this.handshake = handshake;
        this.storeDir = storeDir;
        this.limits = limits;
    }

    /** Connects, shakes hands and sets the options. */
    static DaemonConnection open(
            DaemonTransport transport,
            StoreDir storeDir,
            ClientOptions options,
            DaemonLimits limits,
            Watchdog watchdog)
            throws DaemonLostException, InterruptedException {
        var line = new DaemonLine(transport, watchdog);
        Handshake handshake;
        try {
            handshake =
                    line.operation(
                            new DaemonLine.Purpose("connect", limits.connect()),
                            () -> greet(transport, line, options));
        } catch (DaemonErrorException e) {
            line.close();
            throw new DaemonLostException(
                    "could not connect with %s: it answered: %s"
                            .formatted(line.peer(), e.explanation()),
                    e);
        }
        return new DaemonConnection(line, handshake, storeDir, limits);
    }

    private static Handshake greet(
            DaemonTransport transport, DaemonLine line, ClientOptions options)
            throws IOException, DaemonErrorException {
        transport.connect();
        var handshake = Handshake.perform(line.in(), line.out());
        line.awaitReply(handshake.version());
        options.write(line.out());
        Handshake.flushAndListen(line.out());
        line.awaitReply(handshake.version());
        return handshake;
    }

    Handshake handshake() {
        return handshake;
    }

    String peer() {
        return line.peer();
    }

    /** Whether a path is valid that never is: any answer is a good one. */
    void askHarmlessly() throws DaemonErrorException, DaemonLostException, InterruptedException {
        var _ = isValid(StorePath.ofBaseName(storeDir, PROBE_NAME));
    }

    boolean usable() {
        return line.usable();
    }

    boolean isValid(StorePath path)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        return run(request("ask for " + path), () -> askIsValid(path));
    }

    private boolean askIsValid(StorePath path) throws IOException, DaemonErrorException {
        line.out().operation(WorkerOperation.IS_VALID_PATH).path(path).flush();
        line.awaitReply(version());
        return line.in().bool("whether a path is valid");
    }

    /** Empty when the path is not valid. */
    Optional<UnkeyedPathInfo> queryPathInfo(StorePath path)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        return run(
                request("query " + path),
                () -> {
                    line.out().operation(WorkerOperation.QUERY_PATH_INFO).path(path).flush();
                    line.awaitReply(version());
                    return line.in().bool("whether a path is valid")
                            ? Optional.of(UnkeyedPathInfo.read(line.in()))
                            : Optional.empty();
                });
    }

    /** Those of the paths that are valid. Nothing is substituted. */
    Set<StorePath> queryValid(Collection<StorePath> paths)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        var valid = new HashSet<StorePath>();
        var all = List.copyOf(paths);
        for (int start = 0; start < all.size(); start += QUERY_BATCH) {
            var batch = all.subList(start, Math.min(start + QUERY_BATCH, all.size()));
            valid.addAll(
                    run(
                            request("ask which of %d paths are valid".formatted(batch.size())),
                            () -> askValid(batch)));
        }
        return valid;
    }

    private List<StorePath> askValid(List<StorePath> batch)
            throws IOException, DaemonErrorException {
        WireWriter out = line.out().operation(WorkerOperation.QUERY_VALID_PATHS).strings(batch);
        if (version().atLeast(1, 27)) {
            out.bool(false); // substitute
        }
        out.flush();
        line.awaitReply(version());
        var byText = new HashMap<String, StorePath>();
        batch.forEach(path -> byText.put(path.toString(), path));
        var valid = new ArrayList<StorePath>();
        int count = line.in().count("valid paths", batch.size());
        for (int i = 0; i < count; i++) {
            String text = line.in().string("a valid path", MAX_PATH_BYTES);
            StorePath path = byText.get(text);
            if (path == null) {
                throw new WireFormatException("it calls a path valid that nobody asked for");
            }
            valid.add(path);
        }
        return valid;
    }

    /** Protects the paths, valid or not, until this connection ends. */
    void addTempRoots(Collection<StorePath> paths)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        var all = List.copyOf(paths);
        for (int start = 0; start < all.size(); start += PIPELINE_WINDOW) {
            var window = all.subList(start, Math.min(start + PIPELINE_WINDOW, all.size()));
            line.operation(
                    new DaemonLine.Purpose(
                            "protect %s from garbage collection".formatted(window.getFirst()),
                            limits.request(),
                            "; a garbage collection may hold it up"),
                    () -> {
                        addTempRootWindow(window);
                        return window;
                    });
        }
    }

    private void addTempRootWindow(List<StorePath> window) throws IOException {
        for (StorePath path : window) {
            line.out().operation(WorkerOperation.ADD_TEMP_ROOT).path(path);
        }
        line.out().flush();
        for (int reply = 0; reply < window.size(); reply++) {
            try {
                line.awaitReply(version());
            } catch (DaemonErrorException e) {
                // Answers to the others are on their way: the next operation would take them for
                // its own.
                throw new IOException(e.explanation(), e);
            }
            line.in().u64("the reply to a temporary root");
        }
    }

    /** Registers a symbolic link that exists as a permanent root. */
    void addIndirectRoot(Path link)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        run(
                request("register the root " + link),
                () -> {
                    line.out()
                            .operation(WorkerOperation.ADD_INDIRECT_ROOT)
                            .string(link.toString())
                            .flush();
                    line.awaitReply(version());
                    return line.in().u64("the reply to a root");
                });
    }

    /** Imports one path; see {@link io.nixfleet.substituter.store.StoreSession#importPath}. */
    ImportResult importNar(
            PathInfo info, InputStream nar, SignatureCheck check, RegistrationTurns turns)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        var source = new NarSource(nar, line.watch());
        var upload = new NarUpload(line, version(), limits, info, check, source, turns);
        return run(
                new DaemonLine.Purpose(
                        "import " + info.path(),
                        limits.importing(),
                        "; another process may be importing the same path"),
                upload::run);
    }

    private DaemonLine.Purpose request(String what) {
        return new DaemonLine.Purpose(what, limits.request());
    }

    private ProtocolVersion version() {
        return handshake.version();
    }

    /**
     * Runs an operation. A daemon that fails while it parses a request says so twice and hangs up;
     * the second time would be taken for the answer to the next request. So after an error the
     * daemon is asked something harmless.
     */
    private <T> T run(DaemonLine.Purpose purpose, DaemonLine.Work<T> work)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        try {
            return line.operation(purpose, work);
        } catch (DaemonErrorException e) {
            probe(e);
            throw e;
        }
    }

    private void probe(DaemonErrorException cause) throws InterruptedException {
        if (!line.usable()) {
            return;
        }
        var harmless = StorePath.ofBaseName(storeDir, PROBE_NAME);
        try {
            line.operation(
                    new DaemonLine.Purpose("go on", limits.winding()), () -> askIsValid(harmless));
        } catch (DaemonErrorException | DaemonLostException e) {
            cause.addSuppressed(e);
            line.abandon();
        }
    }

    @Override
    public void close() {
        line.close();
    }

    /**
     * Closes all at the same time, since each may take the daemon a while. An interruption of the
     * calling thread makes each end without waiting.
     */
    static void closeAll(Collection<DaemonConnection> connections) {
        List<Thread> closers =
                connections.stream()
                        .map(
                                connection ->
                                        Thread.ofVirtual()
                                                .name("nix-daemon-close")
                                                .start(connection::close))
                        .toList();
        boolean interrupted = false;
        for (Thread closer : closers) {
            while (closer.isAlive()) {
                try {
                    closer.join();
                } catch (InterruptedException _) {
                    interrupted = true;
                    closers.forEach(Thread::interrupt);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
