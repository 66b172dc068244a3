package io.nixfleet.agent.cycle;

import io.nixfleet.agent.time.Ticks;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets a loop sleep until someone has something for it. */
final class Wakeup {
    private final Semaphore calls = new Semaphore(0);

    void call() {
        calls.release();
    }

    /** Waits for a call, or for that long. */
    void await(Duration longest) throws InterruptedException {
        await(Ticks.system(), longest);
    }

    /** Waits for a call, or for that long in that time. */
    void await(Ticks ticks, Duration longest) throws InterruptedException {
        if (calls.tryAcquire(ticks.real(longest).toNanos(), TimeUnit.NANOSECONDS)) {
            calls.drainPermits();
        }
    }
}
