/** Fetches from hostile caches into a real store. */
@NullMarked
package io.nixfleet.substituter.fetch;

import org.jspecify.annotations.NullMarked;
