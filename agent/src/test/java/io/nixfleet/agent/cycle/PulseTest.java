package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.time.ManualTicks;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final ManualTicks ticks = new ManualTicks();
    private final Pulse pulse = new Pulse(ticks);

    @Test
    void goesOnAsLongAsTheLoopSaysSoInTime() {
        for (int round = 0; round < 5; round++) {
            pulse.beat(Duration.ofMinutes(10));
            ticks.advance(Duration.ofMinutes(10).plus(Pulse.ROUND));
            assertThat(pulse.stopped()).isFalse();
        }
    }

    @Test
    void hasStoppedOnceARoundTakesTooLong() {
        pulse.beat(Duration.ofMinutes(10));
        ticks.advance(Duration.ofMinutes(10).plus(Pulse.ROUND).plusMillis(1));
        assertThat(pulse.stopped()).isTrue();

        pulse.beat(Duration.ZERO);
        assertThat(pulse.stopped()).isFalse();
    }

    @Test
    void hasStoppedWhenTheLoopNeverBegan() {
        ticks.advance(Pulse.ROUND.plusMillis(1));

        assertThat(pulse.stopped()).isTrue();
    }
}
