package io.nixfleet.substituter.unpack;

import java.io.IOException;

/**
 * A NAR is sound but holds what cannot be a file here. Says what and, where possible, a way out.
 */
final class UnrepresentableException extends IOException {
    UnrepresentableException(String message) {
        super(message);
    }

    UnrepresentableException(String message, Throwable cause) {
        super(message, cause);
    }
}
