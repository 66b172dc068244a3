package io.nixfleet.agent.cycle;

import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.time.Jitter;
import io.nixfleet.agent.time.Ticks;
import java.time.Duration;
import java.util.Optional;

/**
 * Reports the host's health from time to time, except while it is being changed: at the start,
 * after a random part of the interval, since many hosts may have started at once, and about every
 * interval from then on.
 */
final class HealthLoop {
    /** A check may take an hour, and wait for those of a deployment. */
    private static final Duration LONGEST_CHECKS = Duration.ofHours(2);

    private final HealthWatch health;
    private final DeployRunner runner;
    private final Reporter reporter;
    private final Ticks ticks;
    private final Duration interval;
    private final Jitter jitter;
    private final Pulse pulse;

    HealthLoop(
            HealthWatch health,
            DeployRunner runner,
            Reporter reporter,
            Ticks ticks,
            Duration interval,
            Jitter jitter) {
        this.health = health;
        this.runner = runner;
        this.reporter = reporter;
        this.ticks = ticks;
        this.interval = interval;
        this.jitter = jitter;
        this.pulse = new Pulse(ticks);
    }

    /** Until interrupted. */
    void run() throws InterruptedException {
        Duration pause = jitter.within(interval);
        while (true) {
            pulse.beat(LONGEST_CHECKS);
            if (!beingChanged()) {
                var report = health.check();
                if (!beingChanged()) {
                    reporter.health(report);
                }
            }
            pulse.beat(pause);
            ticks.sleep(pause);
            pause = jitter.about(interval);
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
