package io.nixfleet.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.protocol.operator.CreatedRelease;
import io.nixfleet.protocol.operator.Machine;
import io.nixfleet.protocol.operator.MachineHealth;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.NewRollout;
import io.nixfleet.protocol.operator.OnFailure;
import io.nixfleet.protocol.operator.Release;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.protocol.operator.Rollout;
import io.nixfleet.protocol.operator.RolloutTarget;
import io.nixfleet.protocol.operator.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorJsonTest {
    @Test
    void writesAReleaseWithEachField() {
        var entry = new ReleaseEntry("web", "/nix/store/x", "x86_64-linux", List.of("a", "b"));

        assertThat(
                        OperatorJson.write(
                                new NewRelease(
                                        Optional.of("."),
                                        Optional.empty(),
                                        Optional.of("https://c"),
                                        List.of(entry))))
                .isEqualTo(
                        """
                        {"flake_ref":".","flake_rev":null,"cache_url":"https://c","entries":\
                        [{"hostname":"web","store_path":"/nix/store/x",\
                        "platform":"x86_64-linux","tags":["a","b"]}]}\
                        """);
    }

    @Test
    void readsANewReleaseAsItWasWritten() throws ProtocolException {
        var release =
                new NewRelease(
                        Optional.of("."),
                        Optional.empty(),
                        Optional.of("https://c"),
                        List.of(
                                new ReleaseEntry(
                                        "web", "/nix/store/x", "x86_64-linux", List.of("a"))));

        assertThat(OperatorJson.readNewRelease(OperatorJson.write(release))).isEqualTo(release);
        assertThatThrownBy(() -> OperatorJson.readNewRelease("{\"entries\":[]}"))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("the release has no entries");
    }

    @Test
    void writesARolloutWithEachField() {
        assertThat(
                        OperatorJson.write(
                                new NewRollout(
                                        "rel-1",
                                        Optional.empty(),
                                        Strategy.ALL_AT_ONCE,
                                        List.of(),
                                        "30%",
                                        OnFailure.PAUSE,
                                        Duration.ofMinutes(5),
                                        new RolloutTarget.Tags(List.of("web")))))
                .isEqualTo(
                        """
                        {"release_id":"rel-1","cache_url":null,"strategy":"all_at_once",\
                        "batch_sizes":null,"failure_threshold":"30%","on_failure":"pause",\
                        "health_timeout":300,"target":{"tags":["web"]}}\
                        """);
    }

    @Test
    void ignoresWhatItDoesNotKnow() throws ProtocolException {
        assertThat(
                        OperatorJson.readCreatedRelease(
                                "{\"id\":\"rel-1\",\"host_count\":2,\"new\":{\"a\":[1]}}"))
                .isEqualTo(new CreatedRelease("rel-1", 2));
        assertThat(OperatorJson.readRelease("{\"id\":\"rel-1\",\"entries\":null}"))
                .isEqualTo(
                        new Release(
                                "rel-1",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of(),
                                "",
                                ""));
    }

    @Test
    void readsTheHealthOfMachinesInBothItsForms() throws ProtocolException {
        Rollout rollout =
                OperatorJson.readRollout(
                        """
                        {"id": "r-1", "status": "paused", "batches": [
                          {"batch_index": 0, "machine_ids": ["a", "b"], "status": "failed",
                           "machine_health": {"a": "healthy", "b": {"unhealthy": "no web page"}}}]}
                        """);

        assertThat(rollout.paused()).isTrue();
        assertThat(rollout.over()).isFalse();
        assertThat(rollout.batches().getFirst().health())
                .containsEntry("a", new MachineHealth("healthy", ""))
                .containsEntry("b", new MachineHealth("unhealthy", "no web page"));
    }

    @Test
    void readsMachinesThatNeverReported() throws ProtocolException {
        Machine machine =
                OperatorJson.readMachines(
                                """
                                [{"machine_id": "web", "current_generation": "",
                                  "desired_generation": null, "lifecycle": "pending",
                                  "tags": [], "seconds_since_last_report": null}]
                                """)
                        .getFirst();

        assertThat(machine.sinceLastReport()).isEmpty();
        assertThat(machine.inSync()).isTrue();
        assertThat(machine.lifecycle()).isEqualTo("pending");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"id\":7,\"host_count\":1}",
                "{\"id\":\"\",\"host_count\":1}",
                "{\"id\":\"a\"}",
                "{\"id\":\"a\",\"host_count\":1.5}"
            })
    void refusesWhatIsNotOfTheContract(String body) {
        assertThatThrownBy(() -> OperatorJson.readCreatedRelease(body))
                .isInstanceOf(ProtocolException.class)
                .hasMessageStartingWith("the new release");
    }
}
