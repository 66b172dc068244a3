package io.nixfleet.testing.controlplane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Judges machines by the contract's rules.
 *
 * @param hash the store path that the machine should run
 * @param since what was said before does not count
 * @param healthTimeout how long the machine may be pending
 */
record Judge(String hash, Instant since, Duration healthTimeout) {
    /**
     * @param said what the machine said by {@code now}, the oldest first
     */
    Verdict verdict(List<ReceivedReport> said, Instant now) {
        Verdict verdict = said.isEmpty() ? Verdict.PENDING : verdict(said);
        boolean overdue = now.isAfter(since.plus(healthTimeout));
        return verdict == Verdict.PENDING && overdue ? Verdict.UNHEALTHY : verdict;
    }

    private Verdict verdict(List<ReceivedReport> said) {
        ReceivedReport latest = said.getLast();
        boolean failedSince = !latest.success() && counts(latest);
        if (!latest.generation().equals(hash)) {
            return failedSince ? Verdict.UNHEALTHY : Verdict.PENDING;
        }
        return said.reversed().stream()
                .filter(ReceivedReport::aboutHealth)
                .filter(this::counts)
                .findFirst()
                .map(report -> report.allPassed() ? Verdict.HEALTHY : Verdict.UNHEALTHY)
                .orElse(failedSince ? Verdict.UNHEALTHY : Verdict.PENDING);
    }

    private boolean counts(ReceivedReport report) {
        return !report.receivedAt().isBefore(since);
    }
}
