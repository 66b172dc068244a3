/** Real servers and caches for tests. */
@NullMarked
package io.nixfleet.it.server;

import org.jspecify.annotations.NullMarked;
