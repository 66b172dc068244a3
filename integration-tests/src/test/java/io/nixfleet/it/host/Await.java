package io.nixfleet.it.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what a host does in its own time. */
public final class Await {
    /** Longer than anything that a host does unasked. */
    public static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private Await() {}

    /** Until the condition holds. */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        value(what, limit, () -> condition.getAsBoolean() ? Optional.of(what) : Optional.empty());
    }

    /** Until the condition holds; says afterwards what there was instead. */
    public static void until(Supplier<String> what, Duration limit, BooleanSupplier condition) {
        value(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /** Until there is a value. */
    public static <T> T value(String what, Duration limit, Supplier<Optional<T>> source) {
        return value(() -> what, limit, source);
    }

    /** Until there is a value; says afterwards what there was instead. */
    public static <T> T value(Supplier<String> what, Duration limit, Supplier<Optional<T>> source) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> found = source.get();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %s: %s".formatted(limit, what.get()));
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
