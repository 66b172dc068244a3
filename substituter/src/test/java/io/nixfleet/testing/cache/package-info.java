/**
 * Caches that tests ask: {@link io.nixfleet.testing.cache.HostileServer} answers over real sockets
 * in every wrong way, and {@link io.nixfleet.testing.cache.NarInfos} makes what it serves.
 */
@NullMarked
package io.nixfleet.testing.cache;

import org.jspecify.annotations.NullMarked;
