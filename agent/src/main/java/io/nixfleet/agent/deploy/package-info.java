/**
 * What a deployment is, and what to do next in it. Pure: no I/O, no threads, no clock.
 *
 * <pre>
 * poll, push, operator ─ DeployRequest ─→ Deployment (durable, with its Phase)
 *
 * checking ─→ fetching ─→ applying ─→ verifying ─→ reporting ─→ done
 *                            └───────────┴─→ rolling_back ─→ reporting
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.deploy;

import org.jspecify.annotations.NullMarked;
