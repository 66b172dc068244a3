/** The terms of rollouts, as operators write them. Pure. */
@NullMarked
package io.nixfleet.cli.rollout;

import org.jspecify.annotations.NullMarked;
