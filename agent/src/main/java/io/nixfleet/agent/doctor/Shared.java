package io.nixfleet.agent.doctor;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Something that several checks need: found out by the first that asks, awaited by the others. */
final class Shared<T> {
    /** Finds it out; what goes wrong is part of what is found. */
    interface Source<T> {
        T find() throws InterruptedException;
    }

    private final FutureTask<T> task;

    private Shared(FutureTask<T> task) {
        this.task = task;
    }

    static <T> Shared<T> of(Source<T> source) {
        return new Shared<>(new FutureTask<>(source::find));
    }

    T get() throws InterruptedException {
        // Does nothing where another thread has begun.
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException) {
                // Whoever found it out has run out of time, and so has everybody.
                throw new InterruptedException("given up");
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
