package io.nixfleet.agent.activation;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The host is not as it should be, or did not do what it was asked; says what, for people. */
public final class HostException extends IOException {
    private static final long serialVersionUID = 1;

    HostException(String message) {
        this(message, null);
    }

    HostException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
