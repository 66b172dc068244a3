package io.nixfleet.agent.console;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Ends a program's work in order when SIGINT or SIGTERM comes. */
public final class Interruption {
    private static final Duration GRACE = Duration.ofSeconds(4);

    private Interruption() {}

    /**
     * Does the work, whose thread a signal interrupts.
     *
     * @param work returns the exit code
     * @return the exit code
     */
    public static int run(IntSupplier work) {
        Thread worker = Thread.currentThread();
        var ended = new CountDownLatch(1);
        Thread interrupter =
                new Thread(() -> interruptAndAwait(worker, ended), "nixfleet-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupter);
        int code;
        try {
            code = work.getAsInt();
        } finally {
            ended.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(interrupter);
            return code;
        } catch (IllegalStateException _) {
            // A signal ended us: the exit code is the JVM's, 128 and the signal's number.
            return CommandOutput.INTERRUPTED;
        }
    }

    /**
     * On SIGINT or SIGTERM: ends the command's work in order before the JVM ends. The thread itself
     * never ends then, since its call of {@code System.exit} waits for this hook.
     */
    private static void interruptAndAwait(Thread worker, CountDownLatch ended) {
        worker.interrupt();
        try {
            ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
