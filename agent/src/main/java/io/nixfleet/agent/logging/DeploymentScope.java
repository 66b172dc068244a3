package io.nixfleet.agent.logging;

import java.util.Optional;

/**
 * The deployment that a thread works on: its log lines carry the id. Threads that it starts have
 * their own scope.
 */
public final class DeploymentScope {
    private static final ScopedValue<String> ID = ScopedValue.newInstance();

    private DeploymentScope() {}

    /** What to do for a deployment. */
    public interface Work<T, X extends Throwable> extends ScopedValue.CallableOp<T, X> {}

    public static void run(String deploymentId, Runnable work) {
        ScopedValue.where(ID, deploymentId).run(work);
    }

    public static <T, X extends Throwable> T call(String deploymentId, Work<T, X> work) throws X {
        return ScopedValue.where(ID, deploymentId).call(work);
    }

    /** The id of this thread's deployment. */
    public static Optional<String> current() {
        return ID.isBound() ? Optional.of(ID.get()) : Optional.empty();
    }
}
