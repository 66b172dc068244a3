/**
 * What {@code nixfleet-agent doctor} looks at: whether this host has all that the agent needs, and
 * if not, what mends it. Changes nothing, deploys nothing, takes no lock.
 *
 * <pre>
 * options, or those of the unit ─→ Subject ─→ Doctor ─→ a Check each, all at once, with a limit
 *                                                           │
 *              Examined { name, Finding } ←─────────────────┘
 * </pre>
 *
 * <p>What several checks need is asked for once: {@link io.nixfleet.agent.doctor.Shared}.
 */
@NullMarked
package io.nixfleet.agent.doctor;

import org.jspecify.annotations.NullMarked;
