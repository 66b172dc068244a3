package io.nixfleet.testing.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final String NEW = "/nix/store/new";
    private static final String OLD = "/nix/store/old";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Fleet fleet = new Fleet(() -> now);

    private void later(long seconds) {
        now = now.plusSeconds(seconds);
    }

    private void desire() {
        fleet.desire("m", "{\"hash\":\"%s\"}".formatted(NEW));
        later(1);
    }

    private void say(String generation, boolean success, String health) {
        String raw =
                "{\"current_generation\":\"%s\",\"success\":%b,\"health\":%s}"
                        .formatted(generation, success, health);
        try {
            fleet.received("m", raw, new ObjectMapper().readTree(raw));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
        later(1);
    }

    private static String health(boolean passed) {
        return "{\"all_passed\":%b}".formatted(passed);
    }

    @Test
    void anotherGenerationIsPendingUntilItSaysThatItFailed() {
        say(OLD, false, "null");
        desire();
        assertThat(fleet.judge("m")).as("failed before the batch").isEqualTo(Verdict.PENDING);
        say(OLD, true, health(false));
        assertThat(fleet.judge("m")).isEqualTo(Verdict.PENDING);
        say(OLD, false, "null");
        assertThat(fleet.judge("m")).isEqualTo(Verdict.UNHEALTHY);
        say(OLD, true, "null");
        assertThat(fleet.judge("m")).as("a later true report").isEqualTo(Verdict.PENDING);
    }

    @Test
    void theDesiredGenerationIsJudgedByItsNewestHealth() {
        say(NEW, true, health(true));
        desire();
        assertThat(fleet.judge("m")).as("health from before").isEqualTo(Verdict.PENDING);
        say(NEW, true, health(false));
        assertThat(fleet.judge("m")).isEqualTo(Verdict.UNHEALTHY);
        say(NEW, true, health(true));
        say(NEW, false, "null");
        assertThat(fleet.judge("m")).isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void theDesiredGenerationWithoutHealthIsPendingOrFailed() {
        desire();
        say(NEW, true, "null");
        assertThat(fleet.judge("m")).isEqualTo(Verdict.PENDING);
        say(NEW, false, "null");
        assertThat(fleet.judge("m")).isEqualTo(Verdict.UNHEALTHY);
    }

    @Test
    void pendingDoesNotLastForEver() {
        desire();
        assertThat(fleet.judge("m")).isEqualTo(Verdict.PENDING);
        now = now.plus(Fleet.HEALTH_TIMEOUT).plus(Duration.ofSeconds(1));
        assertThat(fleet.judge("m")).isEqualTo(Verdict.UNHEALTHY);
    }
}
