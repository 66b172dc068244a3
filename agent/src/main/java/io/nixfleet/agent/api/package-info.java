/**
 * How local commands speak to the agent that runs: HTTP over its Unix socket, one connection a
 * call.
 *
 * <pre>
 * command ─ AgentClient ─ SocketExchange ─→ control.sock ─→ the agent
 *              Reply ←─── HttpReply ←────────────┘
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.api;

import org.jspecify.annotations.NullMarked;
