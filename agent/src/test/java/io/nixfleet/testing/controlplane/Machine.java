package io.nixfleet.testing.controlplane;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is known of a machine. Its {@link Fleet} guards it. */
final class Machine {
    private static final int REPORTS_KEPT = 5_000;
    private static final int POLLS_KEPT = 1_000;

    private final String id;
    private final Recent<ReceivedReport> reports = new Recent<>(REPORTS_KEPT);
    private final Recent<Instant> polls = new Recent<>(POLLS_KEPT);
    private Optional<Lifecycle> lifecycle = Optional.empty();
    private List<String> tags = List.of();
    private Optional<Desired> desired = Optional.empty();

    Machine(String id) {
        this.id = id;
    }

    void received(ReceivedReport report) {
        reports.add(report);
        lifecycle = Optional.of(lifecycle.map(Lifecycle::reported).orElse(Lifecycle.ACTIVE));
        if (!report.tags().isEmpty()) {
            tags = report.tags();
        }
    }

    void polled(Instant now) {
        polls.add(now);
    }

    void desire(Optional<Desired> newDesired) {
        desired = newDesired;
    }

    void register(Lifecycle newLifecycle, List<String> newTags) {
        lifecycle = Optional.of(newLifecycle);
        if (!newTags.isEmpty()) {
            tags = List.copyOf(newTags);
        }
    }

    String id() {
        return id;
    }

    Recent<ReceivedReport> reports() {
        return reports;
    }

    Recent<Instant> polls() {
        return polls;
    }

    Optional<Desired> desired() {
        return desired;
    }

    /** None while nobody has told of it. */
    Optional<Lifecycle> lifecycle() {
        return lifecycle;
    }

    Verdict verdict(Judge judge, Instant now) {
        return judge.verdict(reports.all(), now);
    }

    boolean activeWith(List<String> wanted) {
        return lifecycle.equals(Optional.of(Lifecycle.ACTIVE)) && tags.containsAll(wanted);
    }

    /** As an operator sees it. */
    Optional<MachineStatus> status() {
        return lifecycle.map(
                known ->
                        new MachineStatus(
                                id, desired.map(Desired::hash), known, tags, reports.last()));
    }
}
