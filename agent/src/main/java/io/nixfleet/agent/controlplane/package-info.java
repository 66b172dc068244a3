/**
 * Talking with the control plane: what should this machine run, and what became of it. Blocking for
 * its callers; the only package of this half of the agent that uses Vert.x.
 *
 * <pre>
 * PollSchedule ─ when ─→ ControlPlane.poll ─→ PollAnswer ─→ PollSchedule
 * Outbox ─→ ReportSender ─→ ControlPlane.send ─→ SendAnswer
 *                              │
 *           Call ─→ Link: HostLookup ─→ Connections (certificates of now) ─→ Exchange ─→ Answer
 *                              └─ what broke ─→ FailureReason, AnswerReason: words for an operator
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.controlplane;

import org.jspecify.annotations.NullMarked;
