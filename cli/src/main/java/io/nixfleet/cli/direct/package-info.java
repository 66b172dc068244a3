/**
 * Rollouts that the command runs itself, by the agents of the hosts: what a control plane does
 * elsewhere.
 *
 * <pre>
 * look: all hosts answer, are who they should be, are free ─ else NotBegunException
 *   └─→ batch ─ HostRun for each: ask, follow ─→ HostEnd ─→ Terms ─→ next batch, end or revert
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.direct;

import org.jspecify.annotations.NullMarked;
