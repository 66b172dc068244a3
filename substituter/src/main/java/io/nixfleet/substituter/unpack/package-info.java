/**
 * A store that needs no Nix: NARs are verified and unpacked below a directory. For trying the agent
 * on any machine, and for preparing images.
 *
 * <pre>
 * NAR ─ NarParser ─→ TreeUnpacker ─→ /dir/nix/store/.nixfleet-unpack-…/  (own to one run, locked)
 *     ─ hash, size, content address ─→ rename ─→ /dir/nix/store/&lt;path&gt; ─→ registration: valid
 * </pre>
 *
 * <p>A path is valid when its files and its registration are there, the registration being written
 * last: a run that is killed at any point leaves paths that are valid or not, none that is half
 * there. The next run removes what a dead one left behind. Contents are not forced to disk, as Nix
 * does not by default: after a power failure, unpack anew.
 *
 * <p>{@code cat /dir/nix/var/nixfleet/registration/*} is what {@code nix-store --load-db} reads, so
 * that Nix takes over the tree when it is the root of an image.
 */
@NullMarked
package io.nixfleet.substituter.unpack;

import org.jspecify.annotations.NullMarked;
