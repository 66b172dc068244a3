package io.nixfleet.substituter.daemon;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets imports over several connections come to their ends one after the other. There each daemon
 * process registers its path in the store's database; one that meets another's registration finds
 * the database busy and sleeps for up to a tenth of a second ({@code retrySQLite} in Nix's source),
 * as long as a hundred small imports take. All before, unpacking and hashing, goes on side by side.
 *
 * <p>It saves time and nothing depends on it: other Nix processes know no turns. So nobody waits
 * longer than such a sleep; then the turn changes hands, whatever holds its owner up.
 */
final class RegistrationTurns {
    /** As long as Nix sleeps at most. */
    static final Duration PATIENCE = Duration.ofMillis(100);

    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private @Nullable Turn current;

    RegistrationTurns(Duration patience) {
        this.patience = patience;
    }

    /** Ends when it is closed, if nobody took it before. */
    final class Turn implements AutoCloseable {
        private Turn() {}

        @Override
        public void close() {
            lock.lock();
            try {
                if (current == this) {
                    current = null;
                    free.signal();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Empty while another has it. */
    Optional<Turn> takeIfFree() {
        lock.lock();
        try {
            return current == null ? Optional.of(begin()) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for it, not for long. */
    Turn take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = patience.toNanos();
            while (current != null && left > 0) {
                left = free.awaitNanos(left);
            }
            return begin();
        } finally {
            lock.unlock();
        }
    }

    private Turn begin() {
        var turn = new Turn();
        current = turn;
        return turn;
    }
}
