package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.Restoration.Step;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.nix.store.StorePath;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestorationTest {
    private static final StorePath A = FakeHost.path("a");
    private static final StorePath B = FakeHost.path("b");
    private static final Optional<Generation> PROFILE = Optional.of(new Generation(9, A));

    @Test
    void switchesToTheProfilesSystemThatRan() {
        assertThat(Restoration.steps(new SystemState(Optional.of(A), PROFILE)))
                .containsExactly(new Step(A, Action.SWITCH));
        assertThat(Restoration.steps(new SystemState(Optional.empty(), PROFILE)))
                .containsExactly(new Step(A, Action.SWITCH));
    }

    @Test
    void makesTheProfilesSystemTheBootDefaultAndRunsTheOtherOne() {
        assertThat(Restoration.steps(new SystemState(Optional.of(B), PROFILE)))
                .containsExactly(new Step(A, Action.BOOT), new Step(B, Action.TEST));
        assertThat(Restoration.steps(new SystemState(Optional.of(B), Optional.empty())))
                .containsExactly(new Step(B, Action.TEST));
    }

    @Test
    void hasNothingToReturnToWhereNothingWas() {
        assertThat(Restoration.steps(new SystemState(Optional.empty(), Optional.empty())))
                .isEmpty();
    }
}
