package io.nixfleet.agent.control;

import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An agent at one moment.
 *
 * @param desired what the control plane wanted at the last poll that said so
 * @param deployment the one under way
 * @param waiting the one that waits for it
 * @param progress of the fetch under way
 * @param needsAttention why the agent does not touch the host any more, after a failed rollback
 * @param caches those of the configuration, and what else the latest fetch asked
 * @param unsentReports how many reports wait for the control plane
 */
public record AgentStatus(
        String machineId,
        String version,
        Duration uptime,
        SystemState current,
        Optional<StorePath> desired,
        Phase phase,
        Optional<Deployment> deployment,
        Optional<StorePath> waiting,
        Optional<FetchProgress> progress,
        Optional<HistoryEntry> last,
        List<Refusal> refused,
        Optional<String> needsAttention,
        Optional<Instant> lastPoll,
        Optional<String> lastPollFailure,
        Optional<Instant> nextPoll,
        Optional<HealthReport> health,
        List<CacheState> caches,
        int unsentReports) {
    /** Paths and unpacked bytes of a fetch. */
    public record FetchProgress(int donePaths, int paths, long doneBytes, long bytes) {}
}
