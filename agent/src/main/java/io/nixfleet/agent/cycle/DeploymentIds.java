package io.nixfleet.agent.cycle;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Names of deployments: when they came, and something to tell those of one second apart. */
final class DeploymentIds implements Supplier<String> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final RandomGenerator random;

    DeploymentIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String get() {
        return "%s-%05x".formatted(TIME.format(clock.instant()), random.nextInt(1 << 20));
    }
}
