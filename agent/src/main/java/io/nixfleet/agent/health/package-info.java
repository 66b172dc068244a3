/**
 * Whether the host is well.
 *
 * <pre>
 * health-checks.json ─→ HealthConfig ─→ HealthChecks.run ─→ HealthReport
 *                                             ↑ again, until well or too late
 *                                        Verification ─→ Verified | Failed
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.health;

import org.jspecify.annotations.NullMarked;
