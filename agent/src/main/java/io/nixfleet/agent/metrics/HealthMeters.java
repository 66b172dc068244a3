package io.nixfleet.agent.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.nixfleet.protocol.CheckResult;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How the health checks go. */
final class HealthMeters {
    private static final int MOST_CHECKS = 200;

    private final MeterRegistry registry;
    private final BoundedLabel names = new BoundedLabel(MOST_CHECKS);
    private final Map<String, AtomicInteger> passing = new ConcurrentHashMap<>();

    HealthMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    void checked(String type, CheckResult result) {
        String name = names.of(result.checkName());
        Timer.builder("nixfleet.agent.health.check.duration")
                .description("How long health checks took.")
                .tag("check_name", name)
                .tag("check_type", type)
                .register(registry)
                .record(result.duration());
        passing.computeIfAbsent(name, this::status)
                .set(
                        switch (result) {
                            case CheckResult.Pass _ -> 1;
                            case CheckResult.Fail _ -> 0;
                        });
    }

    private AtomicInteger status(String name) {
        var status = new AtomicInteger();
        Gauge.builder("nixfleet.agent.health.check.status", status, AtomicInteger::get)
                .description("Whether the health check passed when it ran last.")
                .tag("check_name", name)
                .register(registry);
        return status;
    }
}
