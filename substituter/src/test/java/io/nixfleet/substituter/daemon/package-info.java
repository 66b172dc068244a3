/** Tests of the daemon client against daemons made to misbehave. */
@NullMarked
package io.nixfleet.substituter.daemon;

import org.jspecify.annotations.NullMarked;
