/**
 * What can be asked of a running agent, whatever the way: the push listener, the Unix socket, the
 * status page.
 *
 * <pre>
 * HTTPS with mTLS ─┐
 * Unix socket ─────┤→ AgentControl ─→ the deploy cycle
 * metrics port ────┘   (read only)
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.control;

import org.jspecify.annotations.NullMarked;
