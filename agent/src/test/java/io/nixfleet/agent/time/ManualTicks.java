package io.nixfleet.agent.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that goes on when someone waits, and only then. */
public final class ManualTicks implements Ticks {
    private Duration now = Duration.ofHours(1);
    private final List<Duration> pauses = new ArrayList<>();
    private Runnable whenWaiting = () -> {};

    /** What happens while someone waits. */
    public ManualTicks whenWaiting(Runnable action) {
        this.whenWaiting = action;
        return this;
    }

    @Override
    public synchronized Duration now() {
        return now;
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        advance(duration);
        pauses.add(duration);
        whenWaiting.run();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    public synchronized void advance(Duration duration) {
        now = now.plus(duration);
    }

    public List<Duration> pauses() {
        return List.copyOf(pauses);
    }
}
