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
     * Why the agent does nothing more, and only a restart helps; empty while its loops go on. Never
     * waits.
     */
    Optional<String> whyNotAlive();

    /**
     * Why the agent cannot do its work now: besides {@link #whyNotAlive}, its state cannot be read,
     * it leaves the host alone after a failed rollback, or its control plane does not answer. Empty
     * when it can.
     */
    Optional<String> whyNotReady();
}
