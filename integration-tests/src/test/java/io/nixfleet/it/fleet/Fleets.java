package io.nixfleet.it.fleet;

import io.nixfleet.it.report.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Opens fleets for one test, or, in a {@code @BeforeAll}, for all tests of a class. */
final class Fleets implements AutoCloseable {
    private final Systems systems;
    private final Deque<Fleet> open = new ArrayDeque<>();
    private Timeline timeline;

    Fleets(Systems systems, Timeline timeline) {
        this.systems = systems;
        this.timeline = timeline;
    }

    Fleet open(Fleet.Plan plan) {
        try {
            Fleet fleet = Fleet.open(plan, systems, this::timeline);
            open.push(fleet);
            return fleet;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The systems of all fleets. */
    Systems systems() {
        return systems;
    }

    synchronized Timeline timeline() {
        return timeline;
    }

    /** From now on it is another test's. */
    synchronized void tellTo(Timeline next) {
        timeline = next;
        for (Fleet fleet : open) {
            fleet.names().forEach(next::host);
        }
    }

    void dump(Path directory) throws IOException {
        int number = 0;
        for (Fleet fleet : open) {
            fleet.dump(directory.resolve("fleet-" + ++number));
        }
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
