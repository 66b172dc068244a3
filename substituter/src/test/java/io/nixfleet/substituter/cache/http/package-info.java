/** Tests of the transport that need a server of its own kind: TLS and HTTP/2. */
@NullMarked
package io.nixfleet.substituter.cache.http;

import org.jspecify.annotations.NullMarked;
