package io.nixfleet.cli.command;

import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.endpoint.DeployEndpoints;
import io.nixfleet.agent.endpoint.PushListener;
import io.nixfleet.agent.endpoint.ServerTls;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A host whose deployments end as a test says, behind the agent's own push listener. Each
 * deployment is seen under way once or more, and has ended at the look after that.
 */
final class StagedHost implements AgentControl, AutoCloseable {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private final Vertx vertx;
    private final ServerTls tls;
    private final String name;
    private final Map<StorePath, Outcome> script = new HashMap<>();
    private final Set<StorePath> endless = new HashSet<>();
    private final List<DeployRequest> submitted = new ArrayList<>();
    private final List<HistoryEntry> history = new ArrayList<>();
    private final List<Refusal> refused = new ArrayList<>();
    private Optional<StorePath> running;
    private Optional<DeployRequest> underWay = Optional.empty();
    private Optional<String> attention = Optional.empty();
    private Optional<StorePath> desired = Optional.empty();
    private boolean healthy = true;
    private int looksLeft;
    private boolean seen;
    private Optional<Runnable> onSubmit = Optional.empty();
    private PushListener listener;

    private StagedHost(Vertx vertx, ServerTls tls, String name, StorePath running) {
        this.vertx = vertx;
        this.tls = tls;
        this.name = name;
        this.running = Optional.of(running);
        this.listener = listen(0);
    }

    /** Listens on this machine; who is called operator may push. */
    static StagedHost start(Vertx vertx, ServerTls tls, String name, StorePath running) {
        return new StagedHost(vertx, tls, name, running);
    }

    private PushListener listen(int port) {
        try {
            return PushListener.open(
                    vertx,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    new DeployEndpoints(this, () -> "unnamed"),
                    tls,
                    Set.of("operator"));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    String url() {
        return "https://localhost:" + listener.port();
    }

    /** What becomes of a system; others are deployed. */
    synchronized StagedHost ending(StorePath system, Outcome outcome) {
        script.put(system, outcome);
        return this;
    }

    /** A system whose deployment does not end. */
    synchronized StagedHost neverEnding(StorePath system) {
        endless.add(system);
        return this;
    }

    synchronized StagedHost leftAlone(String why) {
        attention = Optional.of(why);
        return this;
    }

    synchronized StagedHost desiring(StorePath system) {
        desired = Optional.of(system);
        return this;
    }

    synchronized StagedHost unhealthy() {
        healthy = false;
        return this;
    }

    /** Run, in a thread of the agent, when a deployment is accepted. */
    synchronized StagedHost onSubmit(Runnable told) {
        onSubmit = Optional.of(told);
        return this;
    }

    /** Begins to deploy, asked by somebody else. */
    synchronized StagedHost begin(DeployRequest request) {
        underWay = Optional.of(request);
        looksLeft = 3;
        return this;
    }

    synchronized List<DeployRequest> submitted() {
        return List.copyOf(submitted);
    }

    synchronized Optional<StorePath> running() {
        return running;
    }

    /** Whether somebody has seen a deployment under way. */
    synchronized boolean wasSeenAtWork() {
        return underWay.isPresent() && seen;
    }

    /** Is not to be reached any more. */
    void fallSilent() {
        listener.close();
    }

    /** Can be reached again where it was. */
    void speakAgain(int port) {
        listener = listen(port);
    }

    int port() {
        return listener.port();
    }

    @Override
    public synchronized Submission submit(DeployRequest request) {
        Optional<Refusal> refusal =
                refused.stream().filter(one -> one.system().equals(request.system())).findFirst();
        if (refusal.isPresent()) {
            return new Submission.Refused(refusal.get().reason() + "; `retry` allows it again");
        }
        if (submitted.stream().anyMatch(one -> one.id().equals(request.id()))) {
            return new Submission.Accepted(request.id());
        }
        if (underWay.isPresent() && underWay.get().system().equals(request.system())) {
            return new Submission.UnderWay(underWay.get().id());
        }
        submitted.add(request);
        underWay.ifPresent(former -> end(former, new Outcome.Superseded("a newer one came")));
        underWay = Optional.of(request);
        looksLeft = 1;
        seen = false;
        onSubmit.ifPresent(Runnable::run);
        return new Submission.Accepted(request.id());
    }

    private void end(DeployRequest request, Outcome outcome) {
        switch (outcome) {
            case Outcome.Deployed _ -> running = Optional.of(request.system());
            case Outcome.RolledBack(String message) ->
                    refused.add(new Refusal(request.system(), message, NOW));
            default -> {}
        }
        history.addFirst(new HistoryEntry(request, NOW, NOW.plusSeconds(1), outcome));
        underWay = Optional.empty();
    }

    @Override
    public synchronized AgentStatus status() {
        if (underWay.isPresent()
                && looksLeft-- <= 0
                && !endless.contains(underWay.get().system())) {
            DeployRequest request = underWay.get();
            end(request, script.getOrDefault(request.system(), new Outcome.Deployed("deployed")));
        }
        seen = true;
        return new AgentStatus(
                name,
                "0.1.0",
                Duration.ofHours(1),
                new SystemState(
                        running, running.map(system -> new SystemState.Generation(7, system))),
                desired,
                underWay.isPresent() ? Phase.FETCHING : Phase.IDLE,
                underWay.map(request -> Deployment.begin(request, NOW).in(Phase.FETCHING)),
                Optional.empty(),
                underWay.map(_ -> new AgentStatus.FetchProgress(3, 40, 1024, 4096)),
                history.stream().findFirst(),
                refused,
                attention,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                        new HealthReport(
                                List.of(
                                        healthy
                                                ? new CheckResult.Pass("web", Duration.ZERO)
                                                : new CheckResult.Fail(
                                                        "web", Duration.ZERO, "status 503")),
                                NOW)),
                List.of(),
                0);
    }

    @Override
    public synchronized List<HistoryEntry> history(int limit) {
        return List.copyOf(history.subList(0, Math.min(limit, history.size())));
    }

    @Override
    public synchronized int allowAgain(Optional<StorePath> system) {
        int before = refused.size();
        refused.removeIf(one -> system.isEmpty() || one.system().equals(system.get()));
        return before - refused.size();
    }

    @Override
    public Optional<String> whyNotAlive() {
        return Optional.empty();
    }

    @Override
    public Optional<String> whyNotReady() {
        return Optional.empty();
    }

    @Override
    public void close() {
        listener.close();
    }
}
