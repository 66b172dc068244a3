package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DesiredTest {
    private static final StorePath SYSTEM = FakeHost.path("a");
    private static final StorePath OTHER = FakeHost.path("b");
    private static final Duration RETRY = Duration.ofSeconds(30);

    private final Desired desired = new Desired(RETRY);
    private Duration now = Duration.ZERO;

    /** How long after a failure it is due again. */
    private long pause() {
        Duration begin = now;
        while (!desired.due(now)) {
            now = now.plusSeconds(1);
        }
        return now.minus(begin).toSeconds();
    }

    @Test
    void triesAgainAfterPausesThatGrowToACeiling() {
        desired.is(SYSTEM);
        assertThat(desired.due(now)).isTrue();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            desired.failed(SYSTEM, now);
            pauses.add(pause());
        }
        assertThat(pauses).containsExactly(30L, 60L, 120L, 240L, 480L, 600L, 600L);
        for (int i = 0; i < 100; i++) {
            desired.failed(SYSTEM, now);
        }
        assertThat(pause()).isEqualTo(600);
    }

    @Test
    void isToldOnlyOnceItHasFailedOftenInARow() {
        desired.is(SYSTEM);
        List<Boolean> told = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            told.add(desired.failed(SYSTEM, now));
        }
        assertThat(told).containsExactly(false, false, false, false, true, true);
    }

    @Test
    void beginsAnewWithAnotherSystemAndWhenAnOperatorSaysSo() {
        desired.is(SYSTEM);
        for (int i = 0; i < 5; i++) {
            desired.failed(SYSTEM, now);
        }
        desired.is(SYSTEM);
        assertThat(desired.due(now)).isFalse();
        desired.tryNow();
        assertThat(desired.due(now)).isTrue();
        assertThat(desired.failed(SYSTEM, now)).isFalse();

        desired.is(OTHER);
        assertThat(desired.due(now)).isTrue();
        assertThat(desired.failed(OTHER, now)).isFalse();
    }

    @Test
    void doesNotTellOfWhatIsNotWantedAnyMore() {
        desired.is(SYSTEM);
        assertThat(desired.failed(OTHER, now)).isFalse();
        assertThat(desired.due(now)).isTrue();
    }

    @Test
    void countsWhatWasTakenUpBeforeTheFirstPoll() {
        for (int i = 0; i < 4; i++) {
            assertThat(desired.failed(SYSTEM, now)).isFalse();
        }
        desired.is(SYSTEM);
        assertThat(desired.failed(SYSTEM, now)).isTrue();
    }
}
