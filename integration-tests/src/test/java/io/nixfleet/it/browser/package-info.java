/**
 * Debian's Chromium, which shows the agent's page as people see it.
 *
 * <pre>
 * test ─→ Browser ─→ Tab ─→ DevTools ═ pipe ═ chromium ─→ StatusEndpoints of a StagedAgent, or of a daemon
 *                     └─ what it asked for, what it complained of
 * </pre>
 */
@NullMarked
package io.nixfleet.it.browser;

import org.jspecify.annotations.NullMarked;
