package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * A substitution under way. Until it is closed, every path that it met is protected from the
 * garbage collector. A cache that was set aside stays so: open another substitution to ask it
 * again. To be used by one thread, whose interruption ends what is under way.
 */
public final class Substitution implements AutoCloseable {
    private final StoreSession session;
    private final RankedCaches caches;
    private final FetchRounds rounds;
    private final FetchListener listener;

    Substitution(
            StoreSession session,
            RankedCaches caches,
            List<Fallback> fallbacks,
            NarInfoVerifier verifier,
            FetchPolicy policy,
            FetchListener listener) {
        this.session = session;
        this.caches = caches;
        this.rounds = new FetchRounds(session, caches, fallbacks, verifier, policy, listener);
        this.listener = listener;
    }

    /**
     * Finds out what must be fetched so that the roots become valid. Asks no cache for anything
     * when they are valid already.
     *
     * @throws StoreException when the store fails, or the closure exceeds the policy's limit
     */
    public ClosurePlan plan(Collection<StorePath> roots)
            throws StoreException, InterruptedException {
        ClosurePlan plan = rounds.plan(roots);
        listener.on(new FetchEvent.Planned(plan));
        return plan;
    }

    /**
     * Fetches what is missing for the roots to be valid. Paths that fail take only those with them
     * that need them, and go to the fallbacks if there are some; a store that fails as a whole ends
     * the fetch. Whatever happened is in the outcome. Asks no cache for anything when the roots are
     * valid already.
     *
     * @throws StoreException when the store fails before there is a plan, or the closure exceeds
     *     the policy's limit
     */
    public FetchOutcome fetch(Collection<StorePath> roots)
            throws StoreException, InterruptedException {
        return fetch(roots, Approval.ALWAYS);
    }

    /** The same, if the plan is approved; else {@link FetchOutcome.Declined}. */
    public FetchOutcome fetch(Collection<StorePath> roots, Approval approval)
            throws StoreException, InterruptedException {
        return rounds.run(roots, approval);
    }

    /** Tells which of the paths are valid, and protects them. */
    public Set<StorePath> protectAndQueryValid(Collection<StorePath> paths)
            throws StoreException, InterruptedException {
        return session.protectAndQueryValid(paths);
    }

    /**
     * Makes {@code link} a permanent root for the path.
     *
     * @throws StoreException also when something other than a symbolic link is in the way
     */
    public void addRoot(Path link, StorePath path) throws StoreException, InterruptedException {
        session.addRoot(link, path);
    }

    @Override
    public void close() {
        caches.close();
        session.close();
    }
}
