/** Tests of what this host's configuration makes of a fetch. */
@NullMarked
package io.nixfleet.agent.fetch;

import org.jspecify.annotations.NullMarked;
