/** What the host's own Nix says: its configuration. */
@NullMarked
package io.nixfleet.agent.nix;

import org.jspecify.annotations.NullMarked;
