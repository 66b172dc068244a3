/**
 * The embedded job of {@code nixfleet-agent try}: a signed cache in this process and a closure in
 * it.
 */
@NullMarked
package io.nixfleet.agent.tryout;

import org.jspecify.annotations.NullMarked;
