/** The Java heap kept small while a fetch streams through it. */
@NullMarked
package io.nixfleet.agent.heap;

import org.jspecify.annotations.NullMarked;
