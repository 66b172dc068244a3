/** Tests of the fetch's surroundings on a host. */
@NullMarked
package io.nixfleet.agent.fetch;

import org.jspecify.annotations.NullMarked;
