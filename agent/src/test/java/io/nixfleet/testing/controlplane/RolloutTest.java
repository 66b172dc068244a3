package io.nixfleet.testing.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.testing.controlplane.rollout.Batch;
import io.nixfleet.testing.controlplane.rollout.BatchState;
import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.RolloutEvent;
import io.nixfleet.testing.controlplane.rollout.RolloutPlan;
import io.nixfleet.testing.controlplane.rollout.RolloutState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts of a fleet of five, {@code a} to {@code e}, with a clock that is set. */
class RolloutTest {
    private static final List<String> MACHINES = List.of("a", "b", "c", "d", "e");
    private static final String CANARY = "\"strategy\":\"canary\"";

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Fleet fleet = new Fleet(() -> now);
    private String release = "";
    private String rollout = "";

    @BeforeEach
    void register() {
        MACHINES.forEach(machine -> report(machine, "/nix/store/first", true, "null", "web"));
        release = release("new", "https://release.example");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private String release(String name, String cache) {
        String entries =
                MACHINES.stream()
                        .map(
                                machine ->
                                        """
                                        {"hostname":"%s","store_path":"%s","platform":"x"}\
                                        """
                                                .formatted(machine, path(name, machine)))
                        .collect(Collectors.joining(","));
        return fleet.create(
                        NewRelease.read(
                                json(
                                        "{\"cache_url\":\"%s\",\"entries\":[%s]}"
                                                .formatted(cache, entries))))
                .id();
    }

    private static String path(String name, String machine) {
        return "/nix/store/%s-%s".formatted(name, machine);
    }

    private void report(String machine, String path, boolean success, String health, String tag) {
        String raw =
                """
                {"current_generation":"%s","success":%b,"health":%s,"tags":[%s]}\
                """
                        .formatted(
                                path,
                                success,
                                health,
                                tag.isEmpty() ? "" : "\"%s\"".formatted(tag));
        fleet.received(machine, raw, json(raw));
    }

    private void healthy(String... machines) {
        for (String machine : machines) {
            report(machine, path("new", machine), true, "{\"all_passed\":true}", "");
        }
    }

    private void failed(String... machines) {
        for (String machine : machines) {
            report(machine, "/nix/store/first", false, "null", "");
        }
    }

    private void roll(String fields) {
        rollout =
                fleet.create(
                                RolloutPlan.read(
                                        json(
                                                """
                                                {"release_id":"%s","target":{"tags":["web"]},%s}\
                                                """
                                                        .formatted(release, fields))))
                        .id();
        round();
    }

    private void round() {
        now = now.plusSeconds(2);
        fleet.advanceRollouts();
    }

    private RolloutState state() {
        return fleet.rollout(rollout).state();
    }

    private List<BatchState> batches() {
        return fleet.rollout(rollout).batches().stream().map(Batch::state).toList();
    }

    private JsonNode desired(String machine) {
        return json(fleet.desired(machine).orElse("null"));
    }

    private String hash(String machine) {
        return desired(machine).path("hash").asText("none");
    }

    @Test
    void theCanaryComesFirstAndTheRestWhenItIsHealthy() {
        roll(CANARY);
        assertThat(hash("a")).isEqualTo(path("new", "a"));
        assertThat(hash("b")).isEqualTo("none");

        round();
        assertThat(batches()).containsExactly(BatchState.WAITING_HEALTH, BatchState.PENDING);
        healthy("a");
        round();
        assertThat(batches()).containsExactly(BatchState.SUCCEEDED, BatchState.PENDING);
        assertThat(hash("b")).as("a step a round").isEqualTo("none");
        round();
        assertThat(hash("b")).isEqualTo(path("new", "b"));

        healthy("b", "c", "d");
        round();
        assertThat(batches().getLast()).as("e is pending").isEqualTo(BatchState.WAITING_HEALTH);
        healthy("e");
        round();
        assertThat(state()).isEqualTo(RolloutState.RUNNING);
        round();
        assertThat(state()).isEqualTo(RolloutState.COMPLETED);
        assertThat(fleet.rollout(rollout).events())
                .extracting(RolloutEvent::type)
                .containsExactly(
                        "status_change",
                        "batch_started",
                        "batch_completed",
                        "batch_started",
                        "batch_completed",
                        "status_change");
    }

    @Test
    void stagedBatchesHaveTheirSizesOfWhatIsLeft() {
        roll("\"strategy\":\"staged\",\"batch_sizes\":[\"1\",\"25%\",\"50%\",\"1\"]");
        assertThat(fleet.rollout(rollout).batches())
                .extracting(Batch::machines)
                .containsExactly(List.of("a"), List.of("b"), List.of("c", "d"), List.of("e"));
    }

    @Test
    void allAtOnceIsOneBatch() {
        roll("\"strategy\":\"all_at_once\"");
        assertThat(MACHINES).allSatisfy(m -> assertThat(hash(m)).isEqualTo(path("new", m)));
    }

    @Test
    void machinesAreHintedToPollSoonWhileTheirRolloutIsActive() {
        fleet.desire("e", "{\"hash\":\"/nix/store/scripted\"}");
        roll(CANARY);
        assertThat(desired("a").path("poll_hint").asInt()).isEqualTo(5);
        fleet.pollHint(Duration.ofSeconds(1));
        assertThat(desired("a").path("poll_hint").asInt()).isEqualTo(1);
        assertThat(fleet.desired("e")).contains("{\"hash\":\"/nix/store/scripted\"}");

        failed("a");
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
        assertThat(desired("a").path("poll_hint").asInt()).isEqualTo(1);
        fleet.cancel(rollout);
        assertThat(desired("a").path("poll_hint").isNull()).isTrue();
        assertThat(hash("a")).isEqualTo(path("new", "a"));
    }

    @Test
    void theCacheIsTheRolloutsElseTheReleasesAndForgottenByARestart() {
        roll(CANARY + ",\"cache_url\":\"https://rollout.example\"");
        assertThat(desired("a").path("cache_url").asText()).isEqualTo("https://rollout.example");
        fleet.restart();
        assertThat(desired("a").path("cache_url").isNull()).isTrue();
        assertThat(hash("a")).isEqualTo(path("new", "a"));
        fleet.cancel(rollout);

        roll(CANARY);
        assertThat(desired("a").path("cache_url").asText()).isEqualTo("https://release.example");
        fleet.desire("b", "{\"hash\":\"/nix/store/b\",\"cache_url\":\"https://b.example\"}");
        fleet.desire("c", "not json");
        fleet.restart();
        assertThat(desired("b").path("cache_url").isNull()).isTrue();
        assertThat(fleet.desired("c")).contains("not json");
    }

    @Test
    void aFailedCanaryPausesAndTheRestStaysUntouched() {
        roll(CANARY);
        failed("a");
        round();
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
        assertThat(batches()).containsExactly(BatchState.FAILED, BatchState.PENDING);
        assertThat(hash("b")).isEqualTo("none");
    }

    @Test
    void resumedItJudgesFromThenOn() {
        roll(CANARY);
        failed("a");
        round();
        fleet.resume(rollout);
        round();
        round();
        assertThat(batches().getFirst()).as("old news").isEqualTo(BatchState.WAITING_HEALTH);
        healthy("a");
        round();
        round();
        assertThat(hash("e")).isEqualTo(path("new", "e"));
        assertThatThrownBy(() -> fleet.resume(rollout))
                .hasMessage("rollout is running, not paused");
    }

    @Test
    void aFailureRevertsBegunBatchesToWhatWasDesiredOfThem() {
        release = release("old", "https://old.example");
        roll("\"strategy\":\"all_at_once\"");
        fleet.cancel(rollout);
        release = release("new", "https://release.example");
        roll(
                """
                "strategy":"staged","batch_sizes":["2","2","1"],"on_failure":"revert"\
                """);
        healthy("a", "b");
        round();
        round();
        healthy("c");
        failed("d");
        round();

        assertThat(state()).isEqualTo(RolloutState.FAILED);
        assertThat(MACHINES).allSatisfy(m -> assertThat(hash(m)).isEqualTo(path("old", m)));
        assertThat(desired("a").path("cache_url").isNull()).isTrue();
        assertThat(desired("e").path("cache_url").asText()).isEqualTo("https://old.example");
        round();
        assertThat(state()).isEqualTo(RolloutState.FAILED);
    }

    @Test
    void aMachineOfWhichNothingWasDesiredKeepsWhatItHas() {
        roll(CANARY + ",\"on_failure\":\"revert\"");
        failed("a");
        round();
        assertThat(state()).isEqualTo(RolloutState.FAILED);
        assertThat(hash("a")).isEqualTo(path("new", "a"));
    }

    @Test
    void asManyMayFailAsTheThresholdSays() {
        roll("\"strategy\":\"all_at_once\",\"failure_threshold\":\"40%\"");
        healthy("a", "b", "c");
        failed("d", "e");
        round();
        assertThat(batches()).containsExactly(BatchState.SUCCEEDED);
        fleet.cancel(rollout);

        roll("\"strategy\":\"all_at_once\",\"failure_threshold\":\"1\"");
        healthy("a", "b", "c");
        failed("d", "e");
        round();
        assertThat(batches()).containsExactly(BatchState.FAILED);
    }

    @Test
    void aBatchIsNotJudgedWhileAMachineIsPending() {
        roll("\"strategy\":\"all_at_once\"");
        healthy("a", "b", "c");
        failed("d");
        round();
        assertThat(state()).isEqualTo(RolloutState.RUNNING);
        failed("e");
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
    }

    @Test
    void pendingPastTheRolloutsTimeoutIsUnhealthy() {
        roll(CANARY + ",\"health_timeout\":60");
        now = now.plusSeconds(58);
        round();
        assertThat(state()).isEqualTo(RolloutState.RUNNING);
        assertThat(fleet.judge("a")).isEqualTo(Verdict.PENDING);
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
        assertThat(fleet.judge("a")).isEqualTo(Verdict.UNHEALTHY);
    }

    @Test
    void withoutATimeoutItIsFiveMinutes() {
        roll(CANARY);
        now = now.plusSeconds(298);
        round();
        assertThat(state()).isEqualTo(RolloutState.RUNNING);
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
    }

    @Test
    void healthFromBeforeTheBatchDoesNotCount() {
        healthy("a");
        now = now.plusSeconds(1);
        roll(CANARY);
        round();
        assertThat(batches().getFirst()).isEqualTo(BatchState.WAITING_HEALTH);
        report("a", path("new", "a"), true, "{\"all_passed\":false}", "");
        round();
        assertThat(state()).isEqualTo(RolloutState.PAUSED);
    }

    @Test
    void cancelledItGoesNoFurther() {
        roll(CANARY);
        healthy("a");
        fleet.cancel(rollout);
        round();
        round();
        assertThat(state()).isEqualTo(RolloutState.CANCELLED);
        assertThat(hash("b")).isEqualTo("none");
        assertThatThrownBy(() -> fleet.cancel(rollout))
                .hasMessage("rollout is cancelled, cannot cancel");
    }

    @Test
    void aMachineIsInOneActiveRolloutOnly() {
        roll(CANARY);
        String first = rollout;
        assertThatThrownBy(() -> roll(CANARY))
                .hasMessage("machine a is in active rollout " + first);
        fleet.cancel(first);
        roll(CANARY);
        assertThat(rollout).isNotEqualTo(first);
    }

    @Test
    void onlyActiveMachinesTakePart() {
        fleet.changeLifecycle("a", Lifecycle.MAINTENANCE);
        fleet.register("new", Lifecycle.PENDING, List.of("web"));
        roll(CANARY);
        assertThat(fleet.rollout(rollout).batches().getFirst().machines()).containsExactly("b");
        assertThat(fleet.rollout(rollout).machineCount()).isEqualTo(4);
        assertThatThrownBy(() -> fleet.changeLifecycle("a", Lifecycle.PENDING))
                .hasMessage("invalid transition: maintenance -> pending");
    }

    @Test
    void aReportMakesAMachineActiveAndTellsItsTags() {
        fleet.register("new", Lifecycle.PROVISIONING, List.of("db"));
        report("new", "/nix/store/x", true, "null", "");
        report("other", "/nix/store/x", true, "null", "db");
        report("other", "/nix/store/x", true, "null", "");
        assertThat(fleet.machines())
                .filteredOn(machine -> machine.tags().equals(List.of("db")))
                .extracting(MachineStatus::id, MachineStatus::lifecycle)
                .containsExactly(tuple("new", Lifecycle.ACTIVE), tuple("other", Lifecycle.ACTIVE));
        report("other", "/nix/store/x", true, "null", "web");
        assertThat(fleet.machines().getLast().tags()).containsExactly("web");
    }
}
