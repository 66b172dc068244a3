package io.nixfleet.cli.rollout;

import io.nixfleet.nix.store.StorePath;
import java.util.Map;
import java.util.Optional;

/**
 * A host at one moment, as its agent tells.
 *
 * @param machine by which id the agent knows it
 * @param running the system that runs
 * @param profile the system that boots
 * @param work the deployment under way
 * @param waiting the system of the deployment that waits for it
 * @param last the deployment that ended last
 * @param refused systems that the agent will not deploy, and why
 * @param needsAttention why the agent leaves the host alone
 * @param desired what its control plane wants
 * @param health what the latest checks came to
 */
public record Sighting(
        String machine,
        Optional<StorePath> running,
        Optional<StorePath> profile,
        Optional<Work> work,
        Optional<StorePath> waiting,
        Optional<Ended> last,
        Map<StorePath, String> refused,
        Optional<String> needsAttention,
        Optional<StorePath> desired,
        Optional<Health> health) {
    /**
     * A deployment under way.
     *
     * @param phase in the agent's words
     * @param progress of a fetch, for people; may be empty
     */
    public record Work(String id, StorePath system, String phase, String progress) {}

    /**
     * A deployment that is over.
     *
     * @param outcome in the agent's words
     */
    public record Ended(String id, String outcome, String message) {}

    /**
     * Of health checks.
     *
     * @param failures what failed, for people; empty if all passed
     */
    public record Health(boolean passed, String failures) {}

    public Sighting {
        refused = Map.copyOf(refused);
    }

    /** Whether it runs a system, and boots it. */
    public boolean has(StorePath system) {
        return running.equals(Optional.of(system)) && profile.equals(Optional.of(system));
    }

    /** Whether a deployment is under way, or waits. */
    public boolean busy() {
        return work.isPresent() || waiting.isPresent();
    }

    /** Whether another system is on its way. */
    public boolean busyWithOtherThan(StorePath system) {
        return work.filter(one -> !one.system().equals(system)).isPresent()
                || waiting.filter(one -> !one.equals(system)).isPresent();
    }
}
