/** Tests of how the host's configuration becomes a fetch. */
@NullMarked
package io.nixfleet.agent.fetch;

import org.jspecify.annotations.NullMarked;
