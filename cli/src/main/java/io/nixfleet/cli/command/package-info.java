/**
 * The command line: options, what they come to with the files' settings, and the order of work.
 * Thin: each command asks the packages beside this one, and prints what comes of it.
 */
@NullMarked
package io.nixfleet.cli.command;

import org.jspecify.annotations.NullMarked;
