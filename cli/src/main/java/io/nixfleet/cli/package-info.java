/** The operator's program: its entry point. */
@NullMarked
package io.nixfleet.cli;

import org.jspecify.annotations.NullMarked;
