package io.nixfleet.agent.time;

import java.time.Duration;

enum SystemTicks implements Ticks {
    INSTANCE;

    private final long origin = System.nanoTime();

    @Override
    public Duration now() {
        return Duration.ofNanos(System.nanoTime() - origin);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }
}
