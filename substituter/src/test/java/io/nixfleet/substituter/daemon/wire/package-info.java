/** Tests of the worker protocol's codec. */
@NullMarked
package io.nixfleet.substituter.daemon.wire;

import org.jspecify.annotations.NullMarked;
