/** Tests of binary caches, against real sockets and directories. */
@NullMarked
package io.nixfleet.substituter.cache;

import org.jspecify.annotations.NullMarked;
