/**
 * The daemon's settings.
 *
 * <pre>
 * flags, NIXFLEET_* ─ cli.RunOptions ─→ AgentSettings (checked, files read) ─→ daemon
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.config;

import org.jspecify.annotations.NullMarked;
