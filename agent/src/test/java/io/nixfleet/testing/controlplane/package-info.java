/**
 * A control plane that does as it is told, and certificates good and bad, for tests of this and
 * other modules.
 *
 * <pre>
 * TestAuthority ─→ IssuedCertificate ─→ PEM files ─→ ScriptedControlPlane
 * client ─→ Wire (one connection) ─→ Fault? ─→ ContractAnswers ─→ Fleet (desired, reports, verdict)
 * test or AdminServer ─ sets desired and faults, asks for reports ─→ Fleet
 * </pre>
 */
@NullMarked
package io.nixfleet.testing.controlplane;

import org.jspecify.annotations.NullMarked;
