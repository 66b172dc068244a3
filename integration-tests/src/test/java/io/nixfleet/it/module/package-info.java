/** The NixOS modules, evaluated by real Nix. */
@NullMarked
package io.nixfleet.it.module;

import org.jspecify.annotations.NullMarked;
