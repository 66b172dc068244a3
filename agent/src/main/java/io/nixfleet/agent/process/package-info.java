/** Child processes with limits in time and output, ended with all their descendants. */
@NullMarked
package io.nixfleet.agent.process;

import org.jspecify.annotations.NullMarked;
