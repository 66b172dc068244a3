package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * A few connections for imports, opened when they are first needed and used by one import at a
 * time. A broken one is dropped, and the next import opens another, unless too many broke in a row.
 */
final class ImportLanes {
    private static final int MAX_LOST_IN_A_ROW = 5;

    private final Opener opener;
    private final Semaphore permits;
    private final Deque<DaemonConnection> idle = new ArrayDeque<>();
    private final Set<DaemonConnection> open = new HashSet<>();
    private int warming;
    private int lostInARow;
    private boolean closed;

    /** Opens a connection. */
    @FunctionalInterface
    interface Opener {
        DaemonConnection open() throws DaemonLostException, InterruptedException;
    }

    /** An import over a connection. */
    @FunctionalInterface
    interface Work {
        ImportResult run(DaemonConnection connection)
                throws NarImportException,
                        StoreException,
                        DaemonLostException,
                        InterruptedException;
    }

    ImportLanes(int lanes, Opener opener) {
        this.opener = opener;
        this.permits = new Semaphore(lanes, true);
    }

    /** Opens connections in the background until so many are open, as far as there may be more. */
    void warmUp(int wanted) {
        int more;
        synchronized (this) {
            more = wanted - open.size() - warming;
            warming += Math.max(more, 0);
        }
        for (int i = 0; i < more; i++) {
            Thread.ofVirtual().name("nix-daemon-warm-up").start(this::warmUpOne);
        }
    }

    private void warmUpOne() {
        boolean permitted = permits.tryAcquire();
        try {
            if (permitted) {
                giveBack(connect());
            }
        } catch (DaemonLostException _) {
            // The import that needs it will try again and tell.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            if (permitted) {
                permits.release();
            }
            synchronized (this) {
                warming--;
            }
        }
    }

    /** Runs the work with a connection, once one is free. */
    ImportResult use(Work work)
            throws NarImportException, StoreException, DaemonLostException, InterruptedException {
        permits.acquire();
        try {
            DaemonConnection connection = take();
            try {
                return work.run(connection);
            } finally {
                giveBack(connection);
            }
        } finally {
            permits.release();
        }
    }

    /** Whether lanes break so often that there is no point in going on. */
    synchronized boolean exhausted() {
        return closed || lostInARow >= MAX_LOST_IN_A_ROW;
    }

    private DaemonConnection take() throws DaemonLostException, InterruptedException {
        synchronized (this) {
            if (closed) {
                throw new DaemonLostException("the session is closed", null);
            }
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return connect();
    }

    private DaemonConnection connect() throws DaemonLostException, InterruptedException {
        DaemonConnection connection;
        try {
            connection = opener.open();
        } catch (DaemonLostException e) {
            countLoss();
            throw e;
        }
        synchronized (this) {
            if (!closed) {
                open.add(connection);
                return connection;
            }
        }
        connection.close();
        throw new DaemonLostException("the session was closed meanwhile", null);
    }

    private synchronized void countLoss() {
        lostInARow++;
    }

    private void giveBack(DaemonConnection connection) {
        synchronized (this) {
            if (connection.usable() && !closed) {
                lostInARow = 0;
                idle.push(connection);
                return;
            }
            open.remove(connection);
            lostInARow++;
        }
        connection.close();
    }

    /** Lends no connection any more, and leaves it to the caller to close those that were open. */
    synchronized List<DaemonConnection> end() {
        closed = true;
        List<DaemonConnection> connections = List.copyOf(open);
        open.clear();
        idle.clear();
        return connections;
    }
}
