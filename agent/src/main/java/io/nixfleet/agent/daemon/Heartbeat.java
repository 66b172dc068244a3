package io.nixfleet.agent.daemon;

import io.nixfleet.agent.cycle.AgentDaemon;
import io.nixfleet.agent.systemd.ServiceNotifier;
import java.time.Duration;
import java.util.Optional;

/** Tells systemd's watchdog that the daemon is alive, as long as each of its loops is. */
final class Heartbeat {
    private Heartbeat() {}

    static AutoCloseable start(ServiceNotifier notifier, AgentDaemon daemon) {
        Optional<Duration> interval = notifier.watchdogInterval();
        if (interval.isEmpty()) {
            return () -> {};
        }
        Thread thread =
                Thread.ofVirtual()
                        .name("nixfleet-heartbeat")
                        .start(() -> beat(notifier, daemon, interval.get()));
        return thread::interrupt;
    }

    private static void beat(ServiceNotifier notifier, AgentDaemon daemon, Duration interval) {
        try {
            while (daemon.whyBroken().isEmpty()) {
                notifier.watchdog();
                notifier.status(StatusLine.of(daemon.status()));
                Thread.sleep(interval);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
