/**
 * What Prometheus is told about the agent. The only user of Micrometer. Nothing runs in the
 * background: counts change when something happens, the rest is read when someone scrapes.
 *
 * <pre>
 * phase, poll, deployment, health ─→ AgentMetrics ──┐
 * events of a fetch ─→ FetchMetrics → FetchMeters ──┤→ registry ─ scrape() → GET /metrics
 * /proc, the JVM's beans ─ ProcessMeters, JvmMeters ─┘   (read at a scrape)
 * </pre>
 *
 * <p>Labels have few values: words of ours, configured names; everything else is {@code other}.
 */
@NullMarked
package io.nixfleet.agent.metrics;

import org.jspecify.annotations.NullMarked;
