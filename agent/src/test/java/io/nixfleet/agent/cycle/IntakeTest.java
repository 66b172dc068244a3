package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class IntakeTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:02:01Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private final Path file;
    private StateStore state;
    private DeployQueue queue = new DeployQueue(() -> {});

    IntakeTest(@TempDir Path directory) {
        file = directory.resolve("state.db");
        state = StateStore.open(file, CLOCK).store();
    }

    @AfterEach
    void close() {
        state.close();
    }

    private Intake intake() {
        return new Intake(queue, state, new AgentMetrics(Path.of("/proc")), CLOCK);
    }

    /** What a kill leaves. */
    private void restart() {
        state.close();
        state = StateStore.open(file, CLOCK).store();
        queue = new DeployQueue(() -> {});
    }

    private static DeployRequest request(String id, int system, Action action) {
        return new DeployRequest(
                id, system(system), Optional.empty(), action, DeployRequest.Source.PUSH);
    }

    private static StorePath system(int number) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, "%032d-nixos-system-web".formatted(number));
    }

    private static DeployRequest switchTo(String id, int system) {
        return request(id, system, Action.SWITCH);
    }

    private void begin(DeployRequest request) {
        state.save(Deployment.begin(request, NOW));
    }

    private void end(DeployRequest request) {
        var done = new Outcome.Deployed("deployed");
        state.finish(Deployment.begin(request, NOW).ending(done), NOW);
        queue.done();
    }

    @Test
    void answersTheSameIdWithTheSameDeploymentWhateverBecameOfIt() throws Exception {
        var request = switchTo("mine", 1);
        var accepted = new Submission.Accepted("mine");

        assertThat(intake().offer(request)).isEqualTo(accepted);
        assertThat(intake().offer(request)).as("it waits").isEqualTo(accepted);
        begin(queue.take());
        assertThat(intake().offer(request)).as("it is under way").isEqualTo(accepted);
        end(request);
        assertThat(intake().offer(request)).as("it is over").isEqualTo(accepted);
        restart();
        assertThat(intake().offer(request)).as("after a restart").isEqualTo(accepted);

        assertThat(queue.waiting()).isEmpty();
        assertThat(state.history(10)).hasSize(1);
    }

    @Test
    void refusesAnIdThatHasNamedAnotherDeployment() throws Exception {
        intake().offer(switchTo("mine", 1));
        begin(queue.take());

        for (DeployRequest other : List.of(switchTo("mine", 2), request("mine", 1, Action.BOOT))) {
            assertThat(intake().offer(other))
                    .isEqualTo(
                            new Submission.Refused(
                                    "id mine has named another deployment: switch of %s; choose a"
                                                    .formatted(system(1))
                                            + " new one"));
        }
        end(switchTo("mine", 1));
        restart();
        assertThat(intake().offer(switchTo("mine", 2))).isInstanceOf(Submission.Refused.class);
        assertThat(queue.waiting()).isEmpty();
    }

    @Test
    void namesTheDeploymentThatDoesTheSame() {
        intake().offer(switchTo("first", 1));

        assertThat(intake().offer(switchTo("second", 1)))
                .isEqualTo(new Submission.UnderWay("first"));
        assertThat(state.known("second")).isEmpty();
    }

    @Test
    void putsWhatGaveWayToANewerOneIntoTheHistory() {
        intake().offer(switchTo("old", 1));
        intake().offer(switchTo("new", 2));

        assertThat(queue.waiting()).contains(switchTo("new", 2));
        assertThat(state.waiting()).containsExactly(switchTo("new", 2));
        assertThat(state.history(10))
                .containsExactly(
                        new HistoryEntry(
                                switchTo("old", 1),
                                NOW,
                                NOW,
                                new Outcome.Superseded("a newer deployment came")));
        assertThat(intake().offer(switchTo("old", 1))).isEqualTo(new Submission.Accepted("old"));
        assertThat(queue.waiting()).contains(switchTo("new", 2));
    }

    @Test
    void beginsWhatWasAcceptedBeforeAKill() throws Exception {
        intake().offer(switchTo("busy", 1));
        begin(queue.take());
        intake().offer(switchTo("accepted", 2));
        restart();

        queue.resume(state.inFlight().orElseThrow().request());
        intake().resume();

        assertThat(queue.waiting()).contains(switchTo("accepted", 2));
    }

    @Test
    void acceptsOneOfManyAtOnce() throws Exception {
        var offers = new ArrayList<Callable<Submission>>();
        for (int i = 0; i < 20; i++) {
            offers.add(() -> intake().offer(switchTo("mine", 1)));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Submission> answer : threads.invokeAll(offers)) {
                assertThat(answer.get()).isEqualTo(new Submission.Accepted("mine"));
            }
        }
        assertThat(queue.take()).isEqualTo(switchTo("mine", 1));
        assertThat(queue.waiting()).isEmpty();
    }
}
