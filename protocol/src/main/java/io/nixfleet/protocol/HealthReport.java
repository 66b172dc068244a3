package io.nixfleet.protocol;

import java.time.Instant;
import java.util.List;

/** The results of one round of health checks. */
public record HealthReport(List<CheckResult> results, Instant timestamp) {
    public HealthReport {
        results = List.copyOf(results);
    }

    public boolean allPassed() {
        return results.stream().allMatch(CheckResult.Pass.class::isInstance);
    }
}
