/** The command line of one-shot commands: options, progress, summaries, JSON, exit codes. */
@NullMarked
package io.nixfleet.agent.cli;

import org.jspecify.annotations.NullMarked;
