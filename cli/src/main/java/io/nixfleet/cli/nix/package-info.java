/**
 * Nix's own commands, run as children with limits: how they are called, and what went wrong in
 * words.
 */
@NullMarked
package io.nixfleet.cli.nix;

import org.jspecify.annotations.NullMarked;
