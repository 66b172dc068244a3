package io.nixfleet.agent.cycle;

import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.time.Ticks;
import java.time.Duration;
import java.util.Optional;

/** Reports the host's health from time to time, except while it is being changed. */
final class HealthLoop {
    /** A check may take an hour, and wait for those of a deployment. */
    private static final Duration LONGEST_CHECKS = Duration.ofHours(2);

    private final HealthWatch health;
    private final DeployRunner runner;
    private final Reporter reporter;
    private final Ticks ticks;
    private final Duration interval;
    private final Pulse pulse;

    HealthLoop(
            HealthWatch health,
            DeployRunner runner,
            Reporter reporter,
            Ticks ticks,
            Duration interval) {
        this.health = health;
        this.runner = runner;
        this.reporter = reporter;
        this.ticks = ticks;
        this.interval = interval;
        this.pulse = new Pulse(ticks);
    }

    /** Until interrupted. */
    void run() throws InterruptedException {
        while (true) {
            pulse.beat(LONGEST_CHECKS);
            if (!beingChanged()) {
                var report = health.check();
                if (!beingChanged()) {
                    reporter.health(report);
                }
            }
            pulse.beat(interval);
            ticks.sleep(interval);
        }
    }

    /** Whether checks, which all have their limits, have not come to an end. */
    boolean stuck() {
        return pulse.stopped();
    }

    private boolean beingChanged() {
        Optional<Deployment> now = runner.current();
        return now.isPresent()
                && switch (now.get().phase()) {
                    case APPLYING, VERIFYING, ROLLING_BACK, REPORTING -> true;
                    case IDLE, CHECKING, FETCHING -> false;
                };
    }
}
