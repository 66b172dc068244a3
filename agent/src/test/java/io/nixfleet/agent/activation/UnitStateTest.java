package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitStateTest {
    @Test
    void isBusyWhileItWorksAndWhileItsJobWaits() {
        assertThat(state("loaded", "activating", "start").isBusy()).isTrue();
        assertThat(state("loaded", "deactivating", "stop-sigterm").isBusy()).isTrue();
        assertThat(UnitState.parse("LoadState=loaded\nActiveState=inactive\nJob=812\n").isBusy())
                .isTrue();
        assertThat(state("loaded", "inactive", "dead").isBusy()).isFalse();
        assertThat(state("loaded", "active", "exited").isBusy()).isFalse();
        assertThat(state("not-found", "inactive", "dead").isLoaded()).isFalse();
    }

    @Test
    void tellsEveryEndApart() {
        assertThat(failed("exit-code", 1, 4)).isEqualTo(new SwitchResult.Exited(4));
        assertThat(failed("signal", 2, 9)).isEqualTo(new SwitchResult.Killed("signal 9"));
        assertThat(failed("core-dump", 3, 11)).isEqualTo(new SwitchResult.Killed("signal 11"));
        assertThat(failed("oom-kill", 2, 9))
                .isEqualTo(new SwitchResult.Killed("the kernel, for lack of memory"));
        assertThat(failed("timeout", 2, 15)).isEqualTo(new SwitchResult.TimedOut());
        assertThat(failed("resources", 0, 0))
                .isEqualTo(new SwitchResult.Lost("systemd says 'resources'"));
        assertThat(state("loaded", "inactive", "dead").ending())
                .isEqualTo(
                        new SwitchResult.Lost("someone stopped its unit before it ended (dead)"));
    }

    @Test
    void knowsNothingFromJunk() {
        assertThat(UnitState.parse("").isKnown()).isFalse();
        assertThat(UnitState.parse("=\nLoadState\nfoo=bar\n").isKnown()).isFalse();
    }

    private static UnitState state(String load, String active, String sub) {
        return UnitState.parse(
                "LoadState=%s\nActiveState=%s\nSubState=%s\n".formatted(load, active, sub));
    }

    private static SwitchResult failed(String result, int code, int status) {
        return UnitState.parse(
                        "Result=%s\nExecMainCode=%d\nExecMainStatus=%d\nLoadState=loaded\nActiveState=failed\nSubState=failed\n"
                                .formatted(result, code, status))
                .ending();
    }
}
