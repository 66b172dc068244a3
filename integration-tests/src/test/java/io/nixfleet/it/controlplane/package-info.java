/**
 * The packaged daemon, in a folder of its own, against a control plane that goes right and wrong, a
 * real Prometheus, and people who push.
 *
 * <pre>
 * ScriptedControlPlane ─ fault ─→ PackagedDaemon ─→ log, /readyz, /v1/status, /metrics
 *                      ←─ reports, in order ──┘        └─ scraped by prometheus
 * </pre>
 */
@NullMarked
package io.nixfleet.it.controlplane;

import org.jspecify.annotations.NullMarked;
