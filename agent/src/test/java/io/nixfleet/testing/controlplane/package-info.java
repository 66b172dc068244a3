/**
 * A control plane that does as it is told, and certificates good and bad, for tests of this and
 * other modules.
 *
 * <pre>
 * TestAuthority ─→ IssuedCertificate ─→ PEM files ─→ ScriptedControlPlane
 * client ─→ Wire (one connection) ─→ Fault? ─→ Answers
 *   of machines:  MachineCall ─→ ContractAnswers ─→ Fleet (desired, reports, verdict)
 *   of operators: key? ─→ Route ─→ Machine-, Release-, RolloutAnswers ─→ Fleet
 * Fleet ─ guards ─→ Machines, Releases, Rollouts
 * every 2 s: RolloutDriver ─ begins a batch: what is Desired ─→ Machines
 *                          └ Judge (reports ─→ Verdict) ─→ next batch, paused or reverted
 * test or AdminServer ─ sets desired and faults, asks for reports and polls ─→ Fleet
 * </pre>
 */
@NullMarked
package io.nixfleet.testing.controlplane;

import org.jspecify.annotations.NullMarked;
