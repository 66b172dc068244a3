package io.nixfleet.substituter.daemon.wire;

import java.io.IOException;

/**
 * Bytes that do not follow the worker protocol. Where in the stream the next message starts is
 * unknown from here on: the connection is of no further use.
 */
public final class WireFormatException extends IOException {
    public WireFormatException(String message) {
        super(message);
    }
}
