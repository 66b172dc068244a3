/**
 * What the agent tells systemd, and how often systemd wants to hear of it.
 *
 * <pre>
 * READY=1, STATUS=…, WATCHDOG=1 … ─→ ServiceNotifier ─→ NotifySocket ─(one datagram)→ $NOTIFY_SOCKET
 * $WATCHDOG_USEC, $WATCHDOG_PID   ─→ watchdogInterval
 * </pre>
 *
 * <p>Java has no Unix sockets for datagrams, so libc is called; the only other callers of libc are
 * the terminal's look-up and the unpacker's exact symbolic links.
 */
@NullMarked
package io.nixfleet.agent.systemd;

import org.jspecify.annotations.NullMarked;
