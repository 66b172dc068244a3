package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.HostPaths;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The host.
 *
 * @param step how long one command, or one answer of a server, may take: a part of a check's time,
 *     so that a check can say itself what hangs
 * @param userAgent how we call ourselves at servers
 */
record Surroundings(
        HostPaths paths, Programs programs, InstantSource clock, Duration step, String userAgent) {}
