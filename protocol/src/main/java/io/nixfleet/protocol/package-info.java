/**
 * The messages between agents and a NixFleet v0.1 control plane, as values. Knows nothing of Nix
 * beyond strings, and nothing of JSON: that is {@link io.nixfleet.protocol.json}.
 *
 * <pre>
 * control plane ─ DesiredGeneration ─→ agent
 * agent ─ Report { HealthReport { CheckResult… } } ─→ control plane
 * </pre>
 */
@NullMarked
package io.nixfleet.protocol;

import org.jspecify.annotations.NullMarked;
