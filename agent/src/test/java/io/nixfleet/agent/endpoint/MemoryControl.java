package io.nixfleet.agent.endpoint;

import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** An agent that remembers what it was told, and deploys nothing but when a test says so. */
public final class MemoryControl implements AgentControl {
    public static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    public static final StorePath RUNNING = system("11111111111111111111111111111111", "old");
    public static final StorePath WANTED = system("22222222222222222222222222222222", "new");

    /** A submission, and when it came. */
    public record Submitted(DeployRequest request, long nanos) {}

    private final BlockingQueue<Submitted> submitted = new LinkedBlockingQueue<>();
    private final List<HistoryEntry> history = new ArrayList<>();
    private final List<StorePath> refused = new ArrayList<>();
    private Optional<DeployRequest> underWay = Optional.empty();
    private Optional<String> notReady = Optional.empty();
    private Optional<String> notAlive = Optional.empty();
    private Optional<CountDownLatch> stuck = Optional.empty();

    public static StorePath system(String hash, String name) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, hash + "-nixos-system-" + name);
    }

    @Override
    public synchronized Submission submit(DeployRequest request) {
        submitted.add(new Submitted(request, System.nanoTime()));
        if (refused.contains(request.system())) {
            return new Submission.Refused("it was rolled back here; allow it again with retry");
        }
        if (underWay.isPresent() && underWay.get().system().equals(request.system())) {
            return new Submission.UnderWay(underWay.get().id());
        }
        underWay = Optional.of(request);
        return new Submission.Accepted(request.id());
    }

    public BlockingQueue<Submitted> submitted() {
        return submitted;
    }

    /** Ends the deployment under way. */
    public synchronized void end(Outcome outcome) {
        DeployRequest request = underWay.orElseThrow();
        underWay = Optional.empty();
        history.addFirst(new HistoryEntry(request, NOW, NOW.plusSeconds(90), outcome));
    }

    public synchronized void refuse(StorePath system) {
        refused.add(system);
    }

    synchronized void notAlive(String why) {
        notAlive = Optional.of(why);
    }

    @Override
    public synchronized Optional<String> whyNotAlive() {
        return notAlive;
    }

    synchronized void notReady(String why) {
        notReady = Optional.of(why);
    }

    /** Until the latch opens, readiness hangs. */
    synchronized void stickAt(CountDownLatch latch) {
        stuck = Optional.of(latch);
    }

    @Override
    public synchronized AgentStatus status() {
        return new AgentStatus(
                "web-1",
                "0.1.0",
                Duration.ofMillis(3_725_500),
                new SystemState(
                        Optional.of(RUNNING), Optional.of(new SystemState.Generation(42, RUNNING))),
                Optional.of(WANTED),
                underWay.isPresent() ? Phase.FETCHING : Phase.IDLE,
                underWay.map(request -> Deployment.begin(request, NOW).in(Phase.FETCHING)),
                Optional.empty(),
                underWay.map(_ -> new AgentStatus.FetchProgress(3, 40, 1024, 4096)),
                history.stream().findFirst(),
                refused.stream().map(path -> new Refusal(path, "unit web failed", NOW)).toList(),
                Optional.empty(),
                Optional.of(NOW),
                Optional.of("connection refused"),
                Optional.of(NOW.plusSeconds(60)),
                Optional.of(
                        new HealthReport(
                                List.of(
                                        new CheckResult.Pass("nginx", Duration.ofMillis(12)),
                                        new CheckResult.Fail(
                                                "api", Duration.ofSeconds(3), "status 503")),
                                NOW)),
                List.of(
                        CacheState.asked("https://cache.example/nix", NOW)
                                .gave(3)
                                .retried("connection reset")),
                2);
    }

    @Override
    public synchronized List<HistoryEntry> history(int limit) {
        return List.copyOf(history.subList(0, Math.min(limit, history.size())));
    }

    @Override
    public synchronized int allowAgain(Optional<StorePath> system) {
        int before = refused.size();
        refused.removeIf(path -> system.isEmpty() || path.equals(system.get()));
        return before - refused.size();
    }

    @Override
    public Optional<String> whyNotReady() {
        CountDownLatch latch;
        synchronized (this) {
            if (stuck.isEmpty()) {
                return notReady;
            }
            latch = stuck.get();
        }
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    static URI cacheWithSecrets() {
        return URI.create("https://user:hunter2@cache.example/nix?token=hunter3");
    }
}
