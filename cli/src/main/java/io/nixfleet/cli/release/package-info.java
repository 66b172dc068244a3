/** Releases in files: what a control plane would keep, for fleets that have none. */
@NullMarked
package io.nixfleet.cli.release;

import org.jspecify.annotations.NullMarked;
