package io.nixfleet.agent.daemon;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.nix.store.StorePath;

/** The agent in one line, as {@code systemctl status} shows it. */
final class StatusLine {
    private StatusLine() {}

    static String of(AgentStatus status) {
        if (status.needsAttention().isPresent()) {
            return "needs attention: " + status.needsAttention().get();
        }
        String running =
                status.current().running().map(StorePath::baseName).orElse("an unknown system");
        return status.deployment()
                .map(
                        deployment ->
                                "%s %s"
                                        .formatted(
                                                deployment.phase().word(),
                                                deployment.request().system().baseName()))
                .orElse("idle, running " + running);
    }
}
