package io.nixfleet.agent.health;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The file of health checks cannot be used; says where and why, for people. */
public final class HealthConfigException extends IOException {
    private static final long serialVersionUID = 1;

    HealthConfigException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
