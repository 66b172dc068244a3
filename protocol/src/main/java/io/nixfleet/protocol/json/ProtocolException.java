package io.nixfleet.protocol.json;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A message that does not follow the contract; says which field and how. */
public final class ProtocolException extends IOException {
    ProtocolException(String message) {
        this(message, null);
    }

    ProtocolException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
