/**
 * What our programs print with and how they end: output for people and programs, the terminal,
 * amounts, the shape of help, errors of usage, exit codes, interruption. Knows nothing of what they
 * do.
 */
@NullMarked
package io.nixfleet.agent.console;

import org.jspecify.annotations.NullMarked;
