package io.nixfleet.agent.health;

import io.nixfleet.agent.time.Ticks;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;

/** Makes the checks of a host that was just changed, until it is well or time is up. */
public final class Verification {
    private final Plan plan;
    private final Ticks ticks;

    /**
     * How long to be patient.
     *
     * @param settle before the first round
     * @param interval between the end of a round and the next one
     * @param deadline for the last round to begin, from the first one on; zero makes one round
     */
    public record Plan(Duration settle, Duration interval, Duration deadline) {
        public Plan {
            if (settle.isNegative() || !interval.isPositive() || deadline.isNegative()) {
                throw new IllegalArgumentException(
                        "a verification waits for no negative time, and some between rounds");
            }
        }

        /** What to do after a round, which ended so long after the first one began. */
        Next after(Duration elapsed, HealthReport report) {
            if (report.allPassed()) {
                return new Next.Over(new Verified(report));
            }
            Duration left = deadline.minus(elapsed);
            if (!left.isPositive()) {
                return new Next.Over(new Failed(report));
            }
            return new Next.Again(left.compareTo(interval) < 0 ? left : interval);
        }
    }

    /** What comes after a round. */
    sealed interface Next {
        record Over(Verdict verdict) implements Next {}

        record Again(Duration pause) implements Next {}
    }

    /** How it ended. */
    public sealed interface Verdict {
        /** The last round. */
        HealthReport report();
    }

    /** All checks passed at once. */
    public record Verified(HealthReport report) implements Verdict {}

    /** Some check failed to the end. */
    public record Failed(HealthReport report) implements Verdict {}

    /** One round of checks, such as {@link HealthChecks#run}. */
    @FunctionalInterface
    public interface Round {
        HealthReport run() throws InterruptedException;
    }

    public Verification(Plan plan, Ticks ticks) {
        this.plan = plan;
        this.ticks = ticks;
    }

    /** Waits for the host to settle, then makes rounds until one passes or time is up. */
    public Verdict run(Round round) throws InterruptedException {
        ticks.sleep(plan.settle());
        Duration start = ticks.now();
        while (true) {
            HealthReport report = round.run();
            switch (plan.after(ticks.now().minus(start), report)) {
                case Next.Over(Verdict verdict) -> {
                    return verdict;
                }
                case Next.Again(Duration pause) -> ticks.sleep(pause);
            }
        }
    }
}
