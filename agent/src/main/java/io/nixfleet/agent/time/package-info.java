/** Time as waiting code needs it, injected so that tests need not wait. */
@NullMarked
package io.nixfleet.agent.time;

import org.jspecify.annotations.NullMarked;
