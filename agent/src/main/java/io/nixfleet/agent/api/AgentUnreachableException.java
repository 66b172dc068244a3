package io.nixfleet.agent.api;

import java.nio.file.Path;
import java.util.Objects;

/** No agent answers at the socket, or not as an agent does. */
public final class AgentUnreachableException extends Exception {
    AgentUnreachableException(Path socket, String why, Throwable cause) {
        super(
                "no answer from the agent at %s: %s; see how it is with: systemctl status nixfleet-agent"
                        .formatted(socket, why),
                cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
