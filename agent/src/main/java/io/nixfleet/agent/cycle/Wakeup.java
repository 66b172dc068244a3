package io.nixfleet.agent.cycle;

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
        if (calls.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
            calls.drainPermits();
        }
    }
}
