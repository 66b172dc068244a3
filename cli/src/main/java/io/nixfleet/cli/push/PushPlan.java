package io.nixfleet.cli.push;

import java.util.Optional;

/**
 * What is done with each system.
 *
 * @param target where it is copied; empty for nowhere
 * @param hook a command of a shell that is run for it, in which <code>{}</code> stands for its
 *     path; on the host of an ssh target, else here
 */
public record PushPlan(Optional<PushTarget> target, Optional<String> hook) {
    /** Whether there is nothing to do. */
    public boolean empty() {
        return target.isEmpty() && hook.isEmpty();
    }
}
