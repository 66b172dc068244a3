package io.nixfleet.agent.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Checks made at the same time, each within a limit. */
final class Examination {
    /** For the children of a check that is given up. */
    private static final Duration PARTING = Duration.ofSeconds(5);

    private record Running(Check check, FutureTask<Finding> task, Thread thread) {
        static Running start(Check check) {
            var task = new FutureTask<>(check::look);
            // Look-ups of hosts and dead file systems block whatever thread they are on.
            Thread thread = Thread.ofPlatform().daemon().name("doctor-" + check.name()).start(task);
            return new Running(check, task, thread);
        }
    }

    private Examination() {}

    /** Makes the checks; in their order. */
    static List<Examined> of(List<Check> checks, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        List<Running> all = checks.stream().map(Running::start).toList();
        try {
            var examined = new ArrayList<Examined>();
            for (Running running : all) {
                examined.add(new Examined(running.check().name(), await(running, end, limit)));
            }
            return List.copyOf(examined);
        } finally {
            giveUp(all);
        }
    }

    private static Finding await(Running running, long end, Duration limit)
            throws InterruptedException {
        try {
            long left = Math.max(0, end - System.nanoTime());
            return running.task().get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return Finding.failed(
                    "",
                    "this check did not come to an end within %d s".formatted(limit.toSeconds()),
                    "look what hangs: a name server, a file system, or Nix or systemd themselves;"
                            + " --time-limit gives a slow host more time");
        } catch (ExecutionException e) {
            return Finding.failed(
                    "",
                    "this check broke down: " + e.getCause(),
                    "please report it: this is a fault of nixfleet-agent");
        }
    }

    /** Ends those that still run, with their children. */
    private static void giveUp(List<Running> all) throws InterruptedException {
        all.forEach(running -> running.thread().interrupt());
        long end = System.nanoTime() + PARTING.toNanos();
        for (Running running : all) {
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            var _ = running.thread().join(left);
        }
    }
}
