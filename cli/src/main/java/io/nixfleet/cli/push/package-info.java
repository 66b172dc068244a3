/**
 * Bringing systems to a cache: {@code nix copy}, and a command of the operator's own for each path.
 *
 * <pre>
 * PushPlan (where to, which hook) ─→ Pusher: each distinct path ─→ copied ─→ hook, here or over ssh
 * </pre>
 */
@NullMarked
package io.nixfleet.cli.push;

import org.jspecify.annotations.NullMarked;
