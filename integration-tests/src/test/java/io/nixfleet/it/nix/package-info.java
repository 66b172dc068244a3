/** Real Nix installations to test against, and stores and paths made for one test. */
@NullMarked
package io.nixfleet.it.nix;

import org.jspecify.annotations.NullMarked;
