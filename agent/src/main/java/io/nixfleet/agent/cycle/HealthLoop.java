package io.nixfleet.agent.cycle;

import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.time.Ticks;
import java.time.Duration;
import java.util.Optional;

/** Reports the host's health from time to time, except while it is being changed. */
final class HealthLoop {
    private final HealthWatch health;
    private final DeployRunner runner;
    private final Reporter reporter;
    private final Ticks ticks;
    private final Duration interval;

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
    }

    /** Until interrupted. */
    void run() throws InterruptedException {
        while (true) {
            if (!beingChanged()) {
                var report = health.check();
                if (!beingChanged()) {
                    reporter.health(report);
                }
            }
            ticks.sleep(interval);
        }
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
