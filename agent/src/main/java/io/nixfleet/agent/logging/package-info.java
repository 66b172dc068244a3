/**
 * Log lines: one an event, for programs or for people. The only user of java.util.logging.
 *
 * <pre>
 * SLF4J ─→ java.util.logging ─→ LineHandler ─→ LogEvent ─→ LineFormatter ─→ {"time":…,"level":…}
 * DeploymentScope (the deployment of this thread) ──┘                      └→ 12:00:01 info  …
 * </pre>
 *
 * <p>What is logged may hold text of strangers: control characters never reach a terminal or begin
 * a line of their own, and every line has a bound.
 */
@NullMarked
package io.nixfleet.agent.logging;

import org.jspecify.annotations.NullMarked;
