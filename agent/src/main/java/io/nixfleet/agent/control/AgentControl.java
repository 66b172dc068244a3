package io.nixfleet.agent.control;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Optional;

/**
 * A running agent, as its endpoints see it. Safe for many threads; no method waits for a
 * deployment.
 */
public interface AgentControl {
    /** Queues a deployment; a waiting one gives way to it. */
    Submission submit(DeployRequest request);

    AgentStatus status();

    /** The latest deployments that are over, newest first. */
    List<HistoryEntry> history(int limit);

    /**
     * Lets refused systems be deployed again.
     *
     * @param system which; empty for all
     * @return how many were refused until now
     */
    int allowAgain(Optional<StorePath> system);

    /**
     * Why the agent cannot do its work now: broken, left alone after a failed rollback, or without
     * an answer of its control plane. Empty when it can.
     */
    Optional<String> whyNotReady();
}
