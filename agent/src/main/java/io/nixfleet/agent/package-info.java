/** The program: its entry point and its subcommands' wiring. */
@NullMarked
package io.nixfleet.agent;

import org.jspecify.annotations.NullMarked;
