/**
 * The deploy cycle at work: performs what {@link io.nixfleet.agent.deploy} decides.
 *
 * <pre>
 * PollLoop ─┐                    ┌─→ SystemFetch   (substituter)
 * push ─────┤→ DeployQueue → DeployRunner ─→ Switcher, Verifier, Restorer (host)
 * operator ─┘                    │
 *                                └─→ Reporter → outbox → ReportLoop → control plane
 * HealthLoop ──────────────────────────┘
 * </pre>
 *
 * <p>One thread runs deployments; each loop has one of its own. All are virtual, and end when they
 * are interrupted: what a phase was about is on disk before it begins, and goes on after a restart.
 */
@NullMarked
package io.nixfleet.agent.cycle;

import org.jspecify.annotations.NullMarked;
