/** The daemon client against real Nix daemons. */
@NullMarked
package io.nixfleet.it.daemon;

import org.jspecify.annotations.NullMarked;
