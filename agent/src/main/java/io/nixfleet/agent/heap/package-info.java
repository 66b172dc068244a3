/** Memory kept small while a fetch streams through it, and smaller while nothing happens. */
@NullMarked
package io.nixfleet.agent.heap;

import org.jspecify.annotations.NullMarked;
