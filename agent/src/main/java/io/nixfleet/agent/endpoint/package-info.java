/**
 * The agent's HTTP servers, on a Vert.x that is passed in. The event loop reads and writes;
 * whatever asks the agent runs on a virtual thread, a bounded number at once.
 *
 * <pre>
 * metrics port ─ StatusEndpoints (no POST), page ──────────┐
 * Unix socket  ─ LocalSocket ─────────────┐                ├→ RequestRouter → BoundedCalls → AgentControl
 * HTTPS, mTLS  ─ PushListener ─ AllowList ─┴ DeployEndpoints ┘
 * </pre>
 *
 * <p>What comes in is hostile: lines, headers, bodies, connections and times have limits, see
 * {@link io.nixfleet.agent.endpoint.ServerLimits}; every error is JSON, {@code {"error": "…"}}.
 */
@NullMarked
package io.nixfleet.agent.endpoint;

import org.jspecify.annotations.NullMarked;
