package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClockCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static Optional<ServerTime> off(long seconds) {
        return Optional.of(new ServerTime("the control plane", NOW.plusSeconds(seconds), NOW));
    }

    @ParameterizedTest
    @CsvSource({
        "0,OK",
        "30,OK",
        "-30,OK",
        "31,WARNING",
        "-31,WARNING",
        "300,WARNING",
        "301,FAILED",
        "-301,FAILED"
    })
    void comparesWithAServer(long seconds, Result result) {
        assertThat(ClockCheck.judge(off(seconds), Optional.of(true)).result()).isEqualTo(result);
    }

    @Test
    void saysWhichWayItIsOff() {
        Finding behind = ClockCheck.judge(off(3600), Optional.empty());

        assertThat(behind.seen()).isEqualTo("3600 s behind the control plane");
        Findings.assertFound(
                behind, Result.FAILED, "differ by more than 5 minutes", "timedatectl set-ntp true");
        assertThat(ClockCheck.judge(off(-40), Optional.empty()).seen())
                .isEqualTo("40 s ahead of the control plane");
    }

    @Test
    void wantsATimeServer() {
        Findings.assertFound(
                ClockCheck.judge(off(0), Optional.of(false)),
                Result.WARNING,
                "not synchronised with a time server",
                "services.timesyncd.enable");
        Findings.assertOk(
                ClockCheck.judge(Optional.empty(), Optional.of(true)), "with a time server");
        assertThat(ClockCheck.judge(Optional.empty(), Optional.empty()).result())
                .isEqualTo(Result.NOT_CHECKED);
    }

    @Test
    void countsHowOldAnAnswerIs() {
        assertThat(ServerTime.parse("c", "Sun, 01 Mar 2026 09:00:00 GMT", "3600", NOW))
                .contains(new ServerTime("c", NOW, NOW));
        assertThat(ServerTime.parse("c", "Sun, 01 Mar 2026 10:00:00 GMT", "", NOW))
                .contains(new ServerTime("c", NOW, NOW));
        assertThat(ServerTime.parse("c", "Sun, 01 Mar 2026 10:00:00 GMT", "-1", NOW))
                .contains(new ServerTime("c", NOW, NOW));
        assertThat(ServerTime.parse("c", "soon", "", NOW)).isEmpty();
        assertThat(ServerTime.parse("c", "", "", NOW)).isEmpty();
    }
}
