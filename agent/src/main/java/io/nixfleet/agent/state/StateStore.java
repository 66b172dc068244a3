package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the agent remembers. Each change is on the disk when its method returns. Safe for many
 * threads; every method may throw a {@link StateException}.
 */
public final class StateStore implements AutoCloseable {
    /**
     * An open store.
     *
     * @param notice for the log: that a database which could not be used was moved aside, and where
     */
    public record Opened(StateStore store, Optional<String> notice) {}

    private final Database database;

    StateStore(Database database) {
        this.database = database;
    }

    /**
     * Opens the database of a file, which is created with its directory if there is none.
     *
     * @throws StateException when there can be no database there
     */
    public static Opened open(Path file, InstantSource clock) {
        return StateOpening.open(file, clock);
    }

    /** Meets damage at once, while it can still be moved aside. */
    void readEverything() {
        database.read(
                "read it",
                session -> {
                    new NoteTable(session).read("");
                    return new DeploymentTable(session).read().stream().count()
                            + new HistoryTable(session).newest(HistoryTable.BOUND).size()
                            + new RefusalTable(session).newestFirst().size()
                            + new OutboxTable(session).all().size();
                });
    }

    /** The deployment that has begun and is not over. */
    public Optional<Deployment> inFlight() {
        return database.read(
                "read the deployment in flight", session -> new DeploymentTable(session).read());
    }

    /**
     * Keeps a deployment as the one in flight, or its next state.
     *
     * @throws IllegalStateException when another one is in flight: that must be finished first
     */
    public void save(Deployment deployment) {
        database.change(
                "save the deployment",
                session -> {
                    var table = new DeploymentTable(session);
                    String id = deployment.request().id();
                    String other = table.read().map(present -> present.request().id()).orElse(id);
                    if (!other.equals(id)) {
                        throw new IllegalStateException(
                                "deployment %s cannot begin: %s is in flight".formatted(id, other));
                    }
                    table.write(deployment);
                });
    }

    /**
     * Moves a deployment, which has an outcome, to the history; it need not have been in flight.
     */
    public void finish(Deployment ended, Instant at) {
        finish(ended, at, Optional.empty());
    }

    /**
     * As {@link #finish(Deployment, Instant)}, and queues the report of its end: both or neither,
     * so that it is told once.
     */
    public void finish(Deployment ended, Instant at, OutgoingReport report) {
        finish(ended, at, Optional.of(report));
    }

    private void finish(Deployment ended, Instant at, Optional<OutgoingReport> report) {
        Outcome outcome =
                ended.outcome()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "a deployment that is over has an outcome"));
        database.change(
                "finish the deployment",
                session -> {
                    new DeploymentTable(session).delete(ended.request().id());
                    new HistoryTable(session)
                            .add(new HistoryEntry(ended.request(), ended.started(), at, outcome));
                    if (report.isPresent()) {
                        new OutboxTable(session).add(report.get());
                    }
                });
    }

    /** The latest deployments that are over, newest first; 500 are kept. */
    public List<HistoryEntry> history(int limit) {
        return database.read(
                "read the history", session -> new HistoryTable(session).newest(limit));
    }

    /** Remembers that a system is not to be deployed again; of more than 100 the oldest go. */
    public void refuse(Refusal refusal) {
        database.change("refuse a system", session -> new RefusalTable(session).add(refusal));
    }

    public Optional<Refusal> refusal(StorePath system) {
        return database.read("read the refusals", session -> new RefusalTable(session).of(system));
    }

    /** Newest first. */
    public List<Refusal> refusals() {
        return database.read(
                "read the refusals", session -> new RefusalTable(session).newestFirst());
    }

    /**
     * Forgets refusals.
     *
     * @param system of which; empty for all
     * @return how many there were
     */
    public int allowAgain(Optional<StorePath> system) {
        var forgotten = new AtomicInteger();
        database.change(
                "allow a system again",
                session -> {
                    var table = new RefusalTable(session);
                    forgotten.set(
                            system.isPresent() ? table.delete(system.get()) : table.deleteAll());
                });
        return forgotten.get();
    }

    /**
     * Queues a report. At most 1000 wait: then the oldest health report gives way, which may be
     * this one, and where there is none the oldest report.
     */
    public void enqueue(OutgoingReport report) {
        database.change("queue a report", session -> new OutboxTable(session).add(report));
    }

    public Optional<QueuedReport> oldestReport() {
        return database.read(
                "read the queued reports", session -> new OutboxTable(session).oldest());
    }

    /** Takes a report from the queue; without effect when it has given way meanwhile. */
    public void sent(long id) {
        database.change("drop a sent report", session -> new OutboxTable(session).delete(id));
    }

    public int waitingReports() {
        return database.read(
                "count the queued reports", session -> new OutboxTable(session).size());
    }

    /** A fact kept under a name. */
    public Optional<String> note(String key) {
        return database.read("read a note", session -> new NoteTable(session).read(key));
    }

    public void note(String key, String value) {
        database.change("write a note", session -> new NoteTable(session).write(key, value));
    }

    public void forgetNote(String key) {
        database.change("forget a note", session -> new NoteTable(session).delete(key));
    }

    @Override
    public void close() {
        database.close();
    }
}
