/**
 * What an operator asks of a control plane, as values without time of their own: releases, and
 * rollouts of them.
 *
 * <pre>
 * request body ─→ Fields ─→ NewRelease ─→ Release
 *                        └→ RolloutPlan (strategy, Share of a batch, Target) ─→ Rollout of Batches
 * Rollout + what happened + when ─→ Rollout
 * </pre>
 *
 * Whatever the API refuses is a {@link io.nixfleet.testing.controlplane.rollout.Refusal}.
 */
@NullMarked
package io.nixfleet.testing.controlplane.rollout;

import org.jspecify.annotations.NullMarked;
