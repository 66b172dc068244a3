/**
 * The daemon as a process: opens what the deploy cycle works with, serves it, and talks to systemd.
 *
 * <pre>
 * AgentSettings ─→ RunningAgent { StateStore, TlsFiles, ControlPlane, AgentDaemon, endpoints }
 *                       └─ ServiceNotifier: ready, status, watchdog
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.daemon;

import org.jspecify.annotations.NullMarked;
