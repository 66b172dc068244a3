package io.nixfleet.agent.controlplane;

import io.nixfleet.protocol.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reports to send in tests. */
final class Reports {
    private Reports() {}

    static Report saying(String message) {
        return saying(message, List.of("web", "prod"));
    }

    static Report saying(String message, List<String> tags) {
        return new Report(
                "web-1",
                "/nix/store/00000000000000000000000000000000-system",
                true,
                message,
                Instant.parse("2026-01-02T03:04:05Z"),
                tags,
                Optional.empty(),
                "0.1.0",
                Duration.ofSeconds(7));
    }
}
