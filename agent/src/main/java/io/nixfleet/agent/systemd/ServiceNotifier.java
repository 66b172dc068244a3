package io.nixfleet.agent.systemd;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how the agent is, as {@code sd_notify(3)} does. Outside of a unit of
 * {@code Type=notify} it does nothing. Safe for many threads; never waits, never throws.
 */
public final class ServiceNotifier {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);
    private static final int MAX_STATUS = 500;

    private final Optional<NotifySocket> socket;
    private final Optional<Duration> watchdog;
    private final AtomicBoolean failed = new AtomicBoolean();

    /** That the agent is ready must not get lost: without it, systemd ends the agent. */
    private final AtomicBoolean readyIsOwed = new AtomicBoolean();

    private ServiceNotifier(Optional<NotifySocket> socket, Optional<Duration> watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** Reads {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID}. */
    public static ServiceNotifier fromEnvironment(Map<String, String> environment) {
        return new ServiceNotifier(socketOf(environment), watchdogOf(environment));
    }

    private static Optional<NotifySocket> socketOf(Map<String, String> environment) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (name.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new NotifySocket(name));
        } catch (IllegalArgumentException e) {
            LOG.warn("NOTIFY_SOCKET is of no use, systemd is not notified: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Duration> watchdogOf(Map<String, String> environment) {
        String forWhom = environment.getOrDefault("WATCHDOG_PID", "");
        if (!forWhom.isEmpty() && !forWhom.equals(Long.toString(ProcessHandle.current().pid()))) {
            return Optional.empty();
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return micros < 2 ? Optional.empty() : Optional.of(Duration.ofNanos(halfNanos(micros)));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static long halfNanos(long micros) {
        return Math.min(micros, Long.MAX_VALUE / 1000) * 500;
    }

    /**
     * How often to call {@link #watchdog}: half of what systemd waits for. Empty if it does not.
     */
    public Optional<Duration> watchdogInterval() {
        return watchdog;
    }

    /** The agent has started, or has reloaded. */
    public void ready() {
        readyIsOwed.set(true);
        send("");
    }

    /** One line for {@code systemctl status}. */
    public void status(String text) {
        String line =
                text.codePoints()
                        .limit(MAX_STATUS)
                        .map(c -> Character.isISOControl(c) ? ' ' : c)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        send("STATUS=" + line);
    }

    /** The agent reads its configuration again; {@link #ready} ends this. */
    public void reloading() {
        // System.nanoTime is CLOCK_MONOTONIC on Linux, which systemd compares with its own.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** The agent has begun to end. */
    public void stopping() {
        readyIsOwed.set(false);
        send("STOPPING=1");
    }

    /** The agent is alive. */
    public void watchdog() {
        send("WATCHDOG=1");
    }

    /** Starting or stopping goes on for at most so long, from now. */
    public void extendTimeout(Duration more) {
        send("EXTEND_TIMEOUT_USEC=" + Math.max(1, more.toMillis()) * 1000);
    }

    private void send(String assignment) {
        if (socket.isEmpty()) {
            return;
        }
        boolean ready = readyIsOwed.getAndSet(false);
        String message = ready ? "READY=1\n" + assignment : assignment;
        try {
            socket.get().send(message.strip());
            failed.set(false);
        } catch (IOException | RuntimeException | LinkageError e) {
            if (ready) {
                readyIsOwed.set(true);
            }
            if (!failed.getAndSet(true)) {
                LOG.warn("systemd cannot be notified: {}", e.getMessage());
            }
        }
    }
}
