/**
 * Talking with agents, without a control plane between: where each one is, what it says of its
 * host, and that it is to deploy a system. Calls block; each is limited in time and size.
 *
 * <pre>
 * --agents, the fleet's file ─→ AgentAddresses ─→ PushClient ─ mTLS ─→ push listener of an agent
 *                                     Sighting ←─ AgentJson ←─ answer ─┘
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.agents;

import org.jspecify.annotations.NullMarked;
