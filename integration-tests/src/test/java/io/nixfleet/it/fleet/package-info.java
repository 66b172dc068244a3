/**
 * A fleet in a box: hosts, caches and a control plane in containers on a network of their own, and
 * what becomes of deployments there.
 *
 * <pre>
 * Systems ─ nix copy ─→ CacheHost (fleet, upstream)
 *                            │ fetch
 * ControlPlaneHost ←─ mTLS ─ FleetHost … ←─ /metrics ─ Prometheus
 *        └──────── Fleet ────────┘ ─ Watch ─→ Timeline ─→ RunReport
 * </pre>
 *
 * <p>{@code Fleets} opens one for a test and tells afterwards how it went.
 */
@NullMarked
package io.nixfleet.it.fleet;

import org.jspecify.annotations.NullMarked;
