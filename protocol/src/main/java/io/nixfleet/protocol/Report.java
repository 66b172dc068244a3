package io.nixfleet.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a machine says of itself: the body of {@code POST /api/v1/machines/{id}/report}.
 *
 * @param machineId the machine's id, the CN of its certificate
 * @param currentGeneration the store path that it runs, at most 512 bytes
 * @param success false only as a verdict: it makes a rollout count the machine as failed
 * @param message why, for people; the control plane refuses more than 4096 bytes, so a longer one
 *     is cut
 * @param timestamp when it was so
 * @param tags the machine's tags; none leaves those that the control plane knows
 * @param health the latest checks, if this report is about them
 * @param agentVersion the version of the agent
 * @param uptime how long the agent has been running
 */
public record Report(
        String machineId,
        String currentGeneration,
        boolean success,
        String message,
        Instant timestamp,
        List<String> tags,
        Optional<HealthReport> health,
        String agentVersion,
        Duration uptime) {
    /** In bytes of UTF-8. */
    public static final int MAX_GENERATION_BYTES = 512;

    /** In bytes of UTF-8. */
    public static final int MAX_MESSAGE_BYTES = 4096;

    public Report {
        if (currentGeneration.getBytes(StandardCharsets.UTF_8).length > MAX_GENERATION_BYTES) {
            throw new IllegalArgumentException(
                    "a report's current generation has at most 512 bytes: " + currentGeneration);
        }
        message = cut(message);
        tags = List.copyOf(tags);
    }

    private static String cut(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_MESSAGE_BYTES) {
            return message;
        }
        int end = MAX_MESSAGE_BYTES;
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
