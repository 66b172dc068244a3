package io.nixfleet.substituter.cache.http;

import java.time.Duration;

/**
 * How long the reader of a body waits. Only its waiting counts: a reader that is slow itself is
 * never cut off. Not shared among bodies.
 */
public abstract sealed class Patience {
    private Patience() {}

    /** The body must be complete within {@code limit} from now. */
    public static Patience until(Duration limit) {
        return new Deadline(limit);
    }

    /**
     * Of each {@code limit} of waiting, at least {@code bytes} bytes must come of it: ends
     * transfers that stall and those that drip.
     */
    public static Patience forProgress(Duration limit, int bytes) {
        return new Progress(limit, bytes);
    }

    /** How many nanoseconds to wait now; throws when patience has come to its end. */
    abstract long left() throws TransportException;

    abstract void waited(long nanos);

    abstract void received(int bytes);

    private static final class Deadline extends Patience {
        private final Duration limit;
        private final long end;

        Deadline(Duration limit) {
            this.limit = limit;
            this.end = System.nanoTime() + limit.toNanos();
        }

        @Override
        long left() throws TransportException {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new TransportException(
                        TransportException.Kind.BROKEN,
                        "the answer was not complete after %d ms".formatted(limit.toMillis()));
            }
            return left;
        }

        @Override
        void waited(long nanos) {}

        @Override
        void received(int bytes) {}
    }

    private static final class Progress extends Patience {
        private final Duration limit;
        private final int minimum;
        private long waited;
        private long received;

        Progress(Duration limit, int minimum) {
            this.limit = limit;
            this.minimum = minimum;
        }

        @Override
        long left() throws TransportException {
            if (waited >= limit.toNanos()) {
                if (received < minimum) {
                    throw new TransportException(
                            TransportException.Kind.STALLED,
                            "only %d bytes came in %d ms of waiting"
                                    .formatted(received, limit.toMillis()));
                }
                waited = 0;
                received = 0;
            }
            return limit.toNanos() - waited;
        }

        @Override
        void waited(long nanos) {
            waited += nanos;
        }

        @Override
        void received(int bytes) {
            received += bytes;
        }
    }
}
