package io.nixfleet.agent.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeployMachineTest {
    private static final StorePath SYSTEM =
            StorePath.parse(
                    StoreDir.NIX_STORE, "/nix/store/" + "0".repeat(32) + "-nixos-system-web");
    private static final SystemState BEFORE = new SystemState(Optional.empty(), Optional.empty());

    private final DeployMachine strict = new DeployMachine(false);
    private final DeployMachine tolerant = new DeployMachine(true);

    private static Deployment in(Phase phase, Action action) {
        var request =
                new DeployRequest(
                        "d-1", SYSTEM, Optional.empty(), action, DeployRequest.Source.POLL);
        return Deployment.begin(request, Instant.EPOCH).replacing(BEFORE).in(phase);
    }

    @Test
    void goesThroughAllPhasesToADeployedSystem() {
        Deployment now = in(Phase.CHECKING, Action.SWITCH);
        now = strict.next(now, new PhaseResult.Ready(BEFORE));
        assertThat(now.phase()).isEqualTo(Phase.FETCHING);
        now = strict.next(now, new PhaseResult.Fetched());
        assertThat(now.phase()).isEqualTo(Phase.APPLYING);
        now = strict.next(now, new PhaseResult.Switched(0, ""));
        assertThat(now.phase()).isEqualTo(Phase.VERIFYING);
        now = strict.next(now, new PhaseResult.Healthy());
        assertThat(now.outcome()).contains(new Outcome.Deployed("deployed"));
    }

    @Test
    void returnsToWhatAnotherSwitchLeft() {
        SystemState left = new SystemState(Optional.of(SYSTEM), Optional.empty());

        Deployment now =
                strict.next(in(Phase.APPLYING, Action.SWITCH), new PhaseResult.HostChanged(left));

        assertThat(now.phase()).isEqualTo(Phase.APPLYING);
        assertThat(now.before()).contains(left);
    }

    @Test
    void rollsBackWhatIsUnhealthyAndSaysWhy() {
        Deployment now =
                strict.next(
                        in(Phase.VERIFYING, Action.SWITCH),
                        new PhaseResult.Unhealthy("web is down"));
        assertThat(now.phase()).isEqualTo(Phase.ROLLING_BACK);
        now = strict.next(now, new PhaseResult.Restored());
        assertThat(now.outcome()).contains(new Outcome.RolledBack("rolled back: web is down"));
        assertThat(now.outcome().orElseThrow().good()).isFalse();
    }

    @Test
    void saysBothReasonsWhenRollingBackFailsToo() {
        Deployment now =
                strict.next(
                        in(Phase.APPLYING, Action.SWITCH)
                                .because("web is down")
                                .in(Phase.ROLLING_BACK),
                        new PhaseResult.NotRestored("the old system is gone"));
        assertThat(now.outcome().orElseThrow().message())
                .contains("the old system is gone", "web is down");
    }

    @Test
    void takesFailedUnitsAsConfigured() {
        var result = new PhaseResult.Switched(DeployMachine.SOME_UNITS_FAILED, "db.service");
        Deployment applying = in(Phase.APPLYING, Action.SWITCH);
        assertThat(tolerant.next(applying, result).phase()).isEqualTo(Phase.VERIFYING);
        Deployment undone = strict.next(applying, result);
        assertThat(undone.phase()).isEqualTo(Phase.ROLLING_BACK);
        assertThat(undone.reason().orElseThrow()).contains("some units failed", "db.service");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 100, 143})
    void undoesASwitchThatFailed(int code) {
        var result = new PhaseResult.Switched(code, "");
        assertThat(tolerant.next(in(Phase.APPLYING, Action.SWITCH), result).phase())
                .isEqualTo(Phase.ROLLING_BACK);
    }

    @ParameterizedTest
    @EnumSource(
            value = Action.class,
            names = {"BOOT", "DRY_ACTIVATE"})
    void verifiesNothingWhereNothingWasActivated(Action action) {
        Deployment now = strict.next(in(Phase.APPLYING, action), new PhaseResult.Switched(0, ""));
        assertThat(now.outcome().orElseThrow()).isInstanceOf(Outcome.Deployed.class);
    }

    @Test
    void undoesNothingAfterALookOnly() {
        Deployment now =
                strict.next(
                        in(Phase.APPLYING, Action.DRY_ACTIVATE), new PhaseResult.Switched(1, ""));
        assertThat(now.outcome().orElseThrow()).isInstanceOf(Outcome.Failed.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"CHECKING", "FETCHING"})
    void givesWayBeforeTheHostWasChanged(Phase phase) {
        Deployment now = strict.next(in(phase, Action.SWITCH), new PhaseResult.GaveWay("newer"));
        assertThat(now.outcome()).contains(new Outcome.Superseded("newer"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"APPLYING", "VERIFYING", "ROLLING_BACK"})
    void neverGivesWayAfterwards(Phase phase) {
        assertThatThrownBy(
                        () ->
                                strict.next(
                                        in(phase, Action.SWITCH), new PhaseResult.GaveWay("newer")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAResultOfAnotherPhase() {
        assertThatThrownBy(
                        () ->
                                strict.next(
                                        in(Phase.CHECKING, Action.SWITCH),
                                        new PhaseResult.Healthy()))
                .hasMessage("a result of verifying came while checking");
    }
}
