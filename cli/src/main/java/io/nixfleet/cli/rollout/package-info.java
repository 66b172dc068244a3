/**
 * The terms of rollouts, and how they go on. Pure: what hosts do is told, what is to be done is
 * answered.
 *
 * <pre>
 * strategy, sizes, hosts ─→ Batches          what agents say: Sighting ─→ Verdict ─→ HostEnd
 *                              └─→ Terms.after(batch, ends) ─→ go on, complete, pause or revert
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.rollout;

import org.jspecify.annotations.NullMarked;
