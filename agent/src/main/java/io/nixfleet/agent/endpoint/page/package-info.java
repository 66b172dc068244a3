/**
 * The agent's status as one page for people, made anew for each request. It needs no other file,
 * says all that it has to say without JavaScript, and refreshes itself with it.
 *
 * <pre>
 * AgentStatus, history ─→ Verdict ─┐
 *                      ─→ Overview ┼→ Markup ─→ StatusPage ←─ page.html, page.css, page.js
 *                      ─→ Tables ──┘
 * </pre>
 *
 * <p>The script asks for the whole page again and takes over what differs, so that there is one
 * place that words and arranges things: here.
 */
@NullMarked
package io.nixfleet.agent.endpoint.page;

import org.jspecify.annotations.NullMarked;
