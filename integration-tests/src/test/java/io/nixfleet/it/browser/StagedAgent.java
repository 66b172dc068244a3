package io.nixfleet.it.browser;

import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.Action;
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
import java.util.List;
import java.util.Optional;

/**
 * An agent in the middle of a deployment, with all that a page can show, in the state of choice.
 */
final class StagedAgent implements AgentControl {
    private static final StorePath OLD = system("0pq5rcmhz7b8l0q7snd0dhhj5kv9y2x3", "25.05.811");
    private static final StorePath NEW = system("7xk2iv4wq1d9m3z8y5s6hfa0jlnbrcpg", "25.11.1240");
    private static final StorePath BAD = system("i9fkq3c8l2z7v0g5m1xw4sdjy6nbpahr", "25.11.1198");

    volatile Phase phase = Phase.FETCHING;
    volatile Optional<String> needsAttention = Optional.empty();
    volatile Optional<String> pollFailure = Optional.empty();

    private static StorePath system(String hash, String version) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, "%s-nixos-system-web-1-%s".formatted(hash, version));
    }

    private static Instant ago(long seconds) {
        return Instant.now().minusSeconds(seconds);
    }

    private static DeployRequest request(StorePath system) {
        return new DeployRequest(
                "d-1",
                system,
                Optional.of(URI.create("https://cache.fleet.example.com")),
                Action.SWITCH,
                DeployRequest.Source.POLL);
    }

    @Override
    public AgentStatus status() {
        boolean busy = phase != Phase.IDLE;
        Deployment deployment = Deployment.begin(request(NEW), ago(41)).in(phase);
        return new AgentStatus(
                "web-1",
                "0.1.0",
                Duration.ofHours(75),
                new SystemState(Optional.of(OLD), Optional.of(new SystemState.Generation(42, OLD))),
                Optional.of(NEW),
                phase,
                busy
                        ? Optional.of(
                                phase == Phase.ROLLING_BACK
                                        ? deployment.because("health checks failed for 2 min: api")
                                        : deployment)
                        : Optional.empty(),
                Optional.empty(),
                phase == Phase.FETCHING
                        ? Optional.of(new FetchProgress(26, 41, 283L << 20, 454L << 20))
                        : Optional.empty(),
                history(1).stream().findFirst(),
                List.of(
                        new Refusal(
                                BAD,
                                "rolled back: health checks failed for 2 min: api: status 503",
                                ago(5400))),
                needsAttention,
                Optional.of(ago(41)),
                pollFailure,
                Optional.of(ago(-19)),
                Optional.of(
                        new HealthReport(
                                List.of(
                                        new CheckResult.Pass("sshd.service", Duration.ofMillis(11)),
                                        new CheckResult.Pass(
                                                "nginx.service", Duration.ofMillis(12)),
                                        new CheckResult.Fail(
                                                "https://localhost/health",
                                                Duration.ofMillis(3000),
                                                "no answer within 3 s")),
                                ago(22))),
                List.of(
                        CacheState.asked("https://cache.fleet.example.com", ago(40)).gave(26),
                        CacheState.asked("https://mirror.example.net/nix", ago(40))
                                .retried("connection reset")
                                .setAside("no connection: connection refused"),
                        CacheState.notAsked("file:///srv/cache")),
                pollFailure.isPresent() ? 3 : 0);
    }

    @Override
    public List<HistoryEntry> history(int limit) {
        return List.of(
                        new HistoryEntry(
                                request(BAD),
                                ago(5600),
                                ago(5400),
                                new Outcome.RolledBack(
                                        "rolled back: health checks failed for 2 min: api: status"
                                                + " 503")),
                        new HistoryEntry(
                                request(OLD),
                                ago(260_040),
                                ago(260_000),
                                new Outcome.Deployed("deployed")),
                        new HistoryEntry(
                                request(NEW),
                                ago(260_900),
                                ago(260_800),
                                new Outcome.Superseded("a newer deployment came")))
                .stream()
                .limit(limit)
                .toList();
    }

    @Override
    public Submission submit(DeployRequest request) {
        throw new AssertionError("a page deploys nothing");
    }

    @Override
    public int allowAgain(Optional<StorePath> system) {
        throw new AssertionError("a page allows nothing");
    }

    @Override
    public Optional<String> whyNotAlive() {
        return Optional.empty();
    }

    @Override
    public Optional<String> whyNotReady() {
        return Optional.empty();
    }
}
