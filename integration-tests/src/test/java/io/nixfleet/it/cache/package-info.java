/** The packaged agent at the kinds of caches that fleets use, with their keys and logins. */
@NullMarked
package io.nixfleet.it.cache;

import org.jspecify.annotations.NullMarked;
