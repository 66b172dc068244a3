package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
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

/** What a page is made of, to be changed by tests before it is made. */
final class SamplePage {
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    static final StorePath OLD = system("1", "web-25.05");
    static final StorePath NEW = system("2", "web-25.11");

    String machine = "web-1";
    String version = "0.1.0";
    Phase phase = Phase.IDLE;
    Optional<StorePath> running = Optional.of(OLD);
    Optional<StorePath> desired = Optional.of(OLD);
    Optional<StorePath> waiting = Optional.empty();
    Optional<String> reason = Optional.empty();
    Optional<FetchProgress> progress = Optional.empty();
    Optional<String> needsAttention = Optional.empty();
    Optional<String> notAlive = Optional.empty();
    Optional<Instant> lastPoll = Optional.of(NOW.minusSeconds(12));
    Optional<String> pollFailure = Optional.empty();
    Optional<HealthReport> health = Optional.empty();
    int unsent;
    final List<Refusal> refused = new ArrayList<>();
    final List<CacheState> caches = new ArrayList<>();
    final List<HistoryEntry> history = new ArrayList<>();

    static StorePath system(String digit, String name) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, digit.repeat(32) + "-nixos-system-" + name);
    }

    static DeployRequest request(StorePath system) {
        return new DeployRequest(
                "d-1",
                system,
                Optional.of(URI.create("https://user:hunter2@cache.example/nix?token=hunter3")),
                Action.SWITCH,
                Source.POLL);
    }

    static HistoryEntry entry(Outcome outcome) {
        return new HistoryEntry(
                request(NEW), NOW.minusSeconds(7290), NOW.minusSeconds(7200), outcome);
    }

    SamplePage checks(CheckResult... results) {
        health = Optional.of(new HealthReport(List.of(results), NOW.minusSeconds(30)));
        return this;
    }

    StatusPage.Shown shown() {
        Optional<Deployment> deployment = Optional.empty();
        if (phase != Phase.IDLE) {
            Deployment begun = Deployment.begin(request(NEW), NOW.minusSeconds(90)).in(phase);
            deployment = Optional.of(reason.map(begun::because).orElse(begun));
        }
        return new StatusPage.Shown(
                new AgentStatus(
                        machine,
                        version,
                        Duration.ofMinutes(65),
                        new SystemState(
                                running,
                                running.map(system -> new SystemState.Generation(42, system))),
                        desired,
                        phase,
                        deployment,
                        waiting,
                        progress,
                        history.stream().findFirst(),
                        refused,
                        needsAttention,
                        lastPoll,
                        pollFailure,
                        Optional.of(NOW.plusSeconds(48)),
                        health,
                        caches,
                        unsent),
                history,
                notAlive,
                NOW);
    }

    /** The whole page. */
    String html() {
        return StatusPage.html(shown());
    }

    /** The part that changes, as a tree. */
    PageTree tree() {
        StatusPage.Shown shown = shown();
        return PageTree.parse(
                StatusPage.content(shown, Verdict.of(shown.status(), shown.notAlive()), "e"));
    }
}
