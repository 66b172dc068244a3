package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How long the agent counts as ready while the control plane fails. */
class PollSilenceTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:02:01Z");

    private static Optional<String> silence(
            Optional<Instant> last, Optional<String> failure, Optional<Instant> failingSince) {
        return PollLoop.silence(
                new PollLoop.Latest(last, failure, Optional.empty()), failingSince, NOW);
    }

    @Test
    void hasNotAnsweredYetAtTheStart() {
        assertThat(silence(Optional.empty(), Optional.empty(), Optional.empty()))
                .contains("the control plane has not answered yet");
        assertThat(silence(Optional.empty(), Optional.of("refused"), Optional.of(NOW)))
                .contains("the control plane has not answered yet: refused");
    }

    @Test
    void mayWaitLongForTheNextPollOnceItAnswered() {
        Instant longAgo = NOW.minus(Duration.ofDays(1));

        assertThat(silence(Optional.of(longAgo), Optional.empty(), Optional.empty())).isEmpty();
    }

    @Test
    void mayFailForAWhileButNotForLong() {
        Optional<Instant> last = Optional.of(NOW.minus(Duration.ofHours(1)));
        Instant first = NOW.minus(PollLoop.TOLERATED_SILENCE);

        assertThat(silence(last, Optional.of("refused"), Optional.of(first))).isEmpty();
        assertThat(silence(last, Optional.of("refused"), Optional.of(first.minusMillis(1))))
                .contains(
                        "the control plane has not answered since %s: refused"
                                .formatted(first.minusMillis(1)));
    }
}
