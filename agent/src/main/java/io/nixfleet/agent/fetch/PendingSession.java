package io.nixfleet.agent.fetch;

import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A store's session, which is opened while who wants it does something else. */
public final class PendingSession implements AutoCloseable {
    private final CompletableFuture<StoreSession> session = new CompletableFuture<>();
    private final Thread opener;

    private PendingSession(Store store) {
        opener =
                Thread.ofVirtual()
                        .name("nixfleet-store-session")
                        .unstarted(
                                () -> {
                                    try {
                                        session.complete(store.openSession());
                                    } catch (StoreException
                                            | InterruptedException
                                            | RuntimeException
                                            | Error e) {
                                        session.completeExceptionally(e);
                                    }
                                });
    }

    /** Begins to open it. */
    public static PendingSession open(Store store) {
        var pending = new PendingSession(store);
        pending.opener.start();
        return pending;
    }

    /**
     * Waits for it.
     *
     * @throws StoreException see {@link Store#openSession()}
     */
    public StoreSession await() throws StoreException, InterruptedException {
        try {
            return session.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new IllegalStateException("the store could not be opened", e.getCause());
        }
    }

    /** Closes it, also if nobody waited for it. */
    @Override
    public void close() {
        opener.interrupt();
        boolean interrupted = false;
        while (opener.isAlive()) {
            try {
                opener.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (!session.isCompletedExceptionally()) {
            session.join().close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
