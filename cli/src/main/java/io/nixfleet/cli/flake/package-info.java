/**
 * What a flake has for a fleet: its hosts, and their systems.
 *
 * <pre>
 * reference ─→ FlakeSource (one revision of it, is it dirty?) ─→ names of hosts ─ HostPatterns ─→
 *   HostBuilds: evaluated, some at a time ─→ built, all together ─→ HostSystem, or why not
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.flake;

import org.jspecify.annotations.NullMarked;
