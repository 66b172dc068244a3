package io.nixfleet.agent.activation;

import java.time.Duration;

/**
 * How long the host may take.
 *
 * @param switching for one run of {@code switch-to-configuration}
 * @param lock for another's switch to end, before ours
 * @param commands for one command, such as {@code nix-env}
 */
public record ActivationLimits(Duration switching, Duration lock, Duration commands) {
    public static final ActivationLimits DEFAULTS =
            new ActivationLimits(
                    Duration.ofMinutes(20), Duration.ofMinutes(10), Duration.ofSeconds(60));

    public ActivationLimits {
        if (!switching.isPositive() || lock.isNegative() || !commands.isPositive()) {
            throw new IllegalArgumentException("an activation's limits are positive");
        }
    }
}
