/**
 * What touches the host: the system profile, the switch, and the way back. Blocking and
 * interruptible; every wait has a limit.
 *
 * <pre>
 * Host.state ─→ what to return to
 * SwitchLock.awaitFree ─→ UndoTimer.arm ─→ Host.setProfile ─→ SwitchUnit.start ─→ await ─→ clean
 *                             │                                      │
 *                             │ (no word from us in time)            ↓
 *                             ↓                      a transient unit of its own, which
 *               profile and system of before         outlives a restart of the agent
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.activation;

import org.jspecify.annotations.NullMarked;
