/**
 * The packaged daemon as a process on this machine, which it never changes: it runs with {@code
 * --dry-run}, on files and a store of its own.
 *
 * <pre>
 * test ─→ LocalAgent { directory, ports, process } ─→ SmallControlPlane
 * </pre>
 */
@NullMarked
package io.nixfleet.it.agent;

import org.jspecify.annotations.NullMarked;
