package io.nixfleet.agent.cycle;

import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.health.HealthConfig;
import io.nixfleet.agent.health.HealthListener;
import io.nixfleet.protocol.HealthReport;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/** The host's health checks, one round at a time, and what the last one said. */
public final class HealthWatch {
    private final Path config;
    private final HealthChecks.Means means;
    private final InstantSource clock;
    private final HealthListener listener;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicReference<Optional<HealthReport>> latest =
            new AtomicReference<>(Optional.empty());

    HealthWatch(
            Path config, HealthChecks.Means means, InstantSource clock, HealthListener listener) {
        this.config = config;
        this.means = means;
        this.clock = clock;
        this.listener = listener;
    }

    /** Makes all checks. Their file is read each time: a switch may have changed it. */
    HealthReport check() throws InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            var report =
                    new HealthChecks(HealthConfig.readOrFail(config), means, clock, listener).run();
            latest.set(Optional.of(report));
            return report;
        } finally {
            oneAtATime.unlock();
        }
    }

    public Optional<HealthReport> latest() {
        return latest.get();
    }
}
