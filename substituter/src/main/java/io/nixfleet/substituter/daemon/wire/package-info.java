/**
 * The Nix worker protocol as bytes: integers, strings, lists, path infos, the messages that a
 * daemon sends ahead of each reply. Pure: bytes come from a {@link
 * io.nixfleet.substituter.daemon.wire.ByteSource} and go to a {@link
 * io.nixfleet.substituter.daemon.wire.ByteSink}; what does not follow the protocol is a {@link
 * io.nixfleet.substituter.daemon.wire.WireFormatException}, and no length that the other end claims
 * makes the reader allocate before the bytes are there.
 *
 * @see <a href="https://nix.dev/manual/nix/latest/protocols/">the protocols in the Nix manual</a>
 */
@NullMarked
package io.nixfleet.substituter.daemon.wire;

import org.jspecify.annotations.NullMarked;
