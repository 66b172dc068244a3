package io.nixfleet.agent.state;

import static io.nixfleet.agent.state.Samples.NOW;
import static io.nixfleet.agent.state.Samples.deployment;
import static io.nixfleet.agent.state.Samples.ended;
import static io.nixfleet.agent.state.Samples.report;
import static io.nixfleet.agent.state.Samples.request;
import static io.nixfleet.agent.state.Samples.system;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.state.OutgoingReport.Kind;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StateStoreTest {
    private final Path file;
    private StateStore store;

    StateStoreTest(@TempDir Path directory) {
        file = directory.resolve("lib").resolve("state.db");
        store = Samples.open(file);
    }

    @BeforeEach
    void isEmptyAtFirst() {
        assertThat(store.inFlight()).isEmpty();
        assertThat(store.history(10)).isEmpty();
        assertThat(store.refusals()).isEmpty();
        assertThat(store.oldestReport()).isEmpty();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = Samples.open(file);
    }

    static Stream<Deployment> deployments() {
        var all = new ArrayList<Deployment>();
        for (Phase phase : Phase.values()) {
            all.add(deployment("phase-" + phase.word().replace('_', '-')).in(phase));
        }
        for (Action action : Action.values()) {
            for (Source source : Source.values()) {
                all.add(
                        Deployment.begin(
                                new DeployRequest(
                                        "by", system(2), Optional.empty(), action, source),
                                Instant.EPOCH));
            }
        }
        var elsewhere =
                StorePath.ofBaseName(
                        new StoreDir("/opt/store"), "00000000000000000000000000000000-x");
        var generation = new SystemState.Generation(4711, system(4));
        all.add(deployment("n").replacing(new SystemState(Optional.empty(), Optional.empty())));
        all.add(
                deployment("r")
                        .replacing(new SystemState(Optional.of(elsewhere), Optional.empty())));
        all.add(
                deployment("b")
                        .replacing(new SystemState(Optional.of(system(3)), Optional.of(generation)))
                        .because("two\nlines, a ' and a \u0000 in it"));
        outcomes().forEach(outcome -> all.add(deployment("o").ending(outcome)));
        return all.stream();
    }

    static List<Outcome> outcomes() {
        List<Outcome> outcomes =
                List.of(
                        new Outcome.Deployed("deployed"),
                        new Outcome.AlreadyRunning("up-to-date"),
                        new Outcome.DryRun("dry-run: would apply"),
                        new Outcome.Failed(""),
                        new Outcome.Superseded("by b"),
                        new Outcome.RolledBack("rolled back: web: 503"),
                        new Outcome.RollbackFailed("neither \u2713"));
        assertThat(outcomes.stream().<Object>map(Outcome::getClass).toList())
                .containsExactlyInAnyOrder((Object[]) Outcome.class.getPermittedSubclasses());
        return outcomes;
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void findsADeploymentAgainAfterReopening(Deployment deployment) {
        store.save(deployment);
        reopen();

        assertThat(store.inFlight()).contains(deployment);
    }

    @Test
    void keepsTheLastStateOfADeployment() {
        store.save(deployment("a"));
        store.save(deployment("a").in(Phase.FETCHING));

        assertThat(store.inFlight()).contains(deployment("a").in(Phase.FETCHING));
    }

    @Test
    void refusesASecondDeploymentInFlightAndKeepsTheFirst() {
        store.save(deployment("a"));

        assertThatThrownBy(() -> store.save(deployment("b")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("deployment b cannot begin: a is in flight");
        assertThat(store.inFlight()).contains(deployment("a"));
    }

    @Test
    void movesAnEndedDeploymentToTheHistory() {
        store.save(deployment("a"));
        store.finish(ended("a"), NOW.plusSeconds(5));
        reopen();

        assertThat(store.inFlight()).isEmpty();
        assertThat(store.history(10))
                .containsExactly(
                        new HistoryEntry(
                                new DeployRequest(
                                        "a",
                                        system(1),
                                        Optional.of(URI.create("https://cache.example/x")),
                                        Action.SWITCH,
                                        Source.POLL),
                                NOW,
                                NOW.plusSeconds(5),
                                new Outcome.Deployed("deployed")));
    }

    @Test
    void leavesTheOneInFlightWhenAnotherEnds() {
        store.save(deployment("a"));
        store.finish(deployment("b").ending(new Outcome.Superseded("by a")), NOW);

        assertThat(store.inFlight()).contains(deployment("a"));
        assertThat(store.history(1)).extracting(entry -> entry.request().id()).containsExactly("b");
    }

    @Test
    void refusesToFinishWithoutAnOutcome() {
        store.save(deployment("a"));

        assertThatThrownBy(() -> store.finish(deployment("a"), NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.inFlight()).isPresent();
    }

    @Test
    void keepsEveryOutcomeInTheHistoryNewestFirst() {
        for (Outcome outcome : outcomes()) {
            store.finish(deployment("a").ending(outcome), NOW);
        }
        reopen();

        assertThat(store.history(100).reversed())
                .extracting(HistoryEntry::outcome)
                .containsExactlyElementsOf(outcomes());
        assertThat(store.history(2)).isEqualTo(store.history(100).subList(0, 2));
        assertThat(store.history(-1)).isEmpty();
    }

    @Test
    void keepsTheLatestOfTheHistory() {
        for (int i = 0; i < HistoryTable.BOUND + 3; i++) {
            store.finish(ended("d" + i), NOW);
        }

        assertThat(store.history(10_000)).hasSize(HistoryTable.BOUND);
        assertThat(store.history(10_000).getLast().request().id()).isEqualTo("d3");
    }

    @Test
    void remembersRefusedSystemsUntilTheyAreAllowedAgain() {
        store.refuse(new Refusal(system(1), "first", NOW));
        store.refuse(new Refusal(system(2), "second", NOW));
        store.refuse(new Refusal(system(1), "again", NOW.plusSeconds(1)));
        reopen();

        assertThat(store.refusal(system(1)))
                .contains(new Refusal(system(1), "again", NOW.plusSeconds(1)));
        assertThat(store.refusal(system(3))).isEmpty();
        assertThat(store.refusals())
                .extracting(Refusal::system)
                .containsExactly(system(1), system(2));
        assertThat(store.allowAgain(Optional.of(system(3)))).isZero();
        assertThat(store.allowAgain(Optional.of(system(2)))).isOne();
        assertThat(store.refusal(system(2))).isEmpty();
        assertThat(store.allowAgain(Optional.empty())).isOne();
        assertThat(store.refusals()).isEmpty();
    }

    @Test
    void forgetsTheOldestRefusalsBeyondTheBound() {
        for (int i = 0; i < RefusalTable.BOUND + 2; i++) {
            store.refuse(new Refusal(system(i), "why", NOW));
        }

        assertThat(store.refusals()).hasSize(RefusalTable.BOUND);
        assertThat(store.refusal(system(1))).isEmpty();
        assertThat(store.refusal(system(2))).isPresent();
    }

    @Test
    void givesReportsBackInOrderUntilSent() {
        store.enqueue(report(Kind.HEALTH, "health-check"));
        store.enqueue(report(Kind.VERDICT, "rolled back: web"));
        reopen();

        assertThat(store.waitingReports()).isEqualTo(2);
        QueuedReport first = store.oldestReport().orElseThrow();
        assertThat(first.outgoing()).isEqualTo(report(Kind.HEALTH, "health-check"));
        assertThat(store.oldestReport()).contains(first);
        store.sent(first.id());
        store.sent(first.id());
        QueuedReport second = store.oldestReport().orElseThrow();
        assertThat(second.outgoing()).isEqualTo(report(Kind.VERDICT, "rolled back: web"));
        store.sent(second.id());
        assertThat(store.waitingReports()).isZero();

        store.enqueue(report(Kind.HEALTH, "next"));
        assertThat(store.oldestReport().orElseThrow().id()).isGreaterThan(second.id());
    }

    @Test
    void dropsHealthReportsFirstThenTheOldest() {
        store.enqueue(report(Kind.VERDICT, "v0"));
        store.enqueue(report(Kind.HEALTH, "h0"));
        store.enqueue(report(Kind.HEALTH, "h1"));
        for (int i = 1; i < OutboxTable.BOUND; i++) {
            store.enqueue(report(Kind.VERDICT, "v" + i));
        }

        assertThat(store.waitingReports()).isEqualTo(OutboxTable.BOUND);
        assertThat(oldestMessage()).isEqualTo("v0");
        store.enqueue(report(Kind.HEALTH, "h2"));
        assertThat(oldestMessage()).as("a health report displaces no verdict").isEqualTo("v0");
        store.enqueue(report(Kind.VERDICT, "last"));
        assertThat(store.waitingReports()).isEqualTo(OutboxTable.BOUND);
        assertThat(oldestMessage()).isEqualTo("v1");
    }

    private String oldestMessage() {
        return store.oldestReport().orElseThrow().outgoing().report().message();
    }

    @Test
    void keepsNotes() {
        store.note("needs-attention", "old");
        store.note("needs-attention", "rollback failed: …");
        reopen();

        assertThat(store.note("needs-attention")).contains("rollback failed: …");
        store.forgetNote("needs-attention");
        assertThat(store.note("needs-attention")).isEmpty();
    }

    @Test
    void servesManyThreads() throws Exception {
        var go = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < 40; i++) {
                String key = "k" + i;
                all.add(
                        threads.submit(
                                () -> {
                                    go.await();
                                    store.note(key, key);
                                    store.finish(ended(key), NOW);
                                    return store.history(5);
                                }));
            }
            go.countDown();
            for (Future<?> one : all) {
                one.get();
            }
        }

        assertThat(store.history(100)).hasSize(40);
        assertThat(store.note("k39")).contains("k39");
    }

    @Test
    void saysThatItIsClosed() {
        store.close();

        assertThatThrownBy(() -> store.note("a", "b"))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("cannot write a note")
                .hasMessageContaining("the agent has closed it");
    }

    @Test
    void knowsTheRequestOfAnIdWhateverBecameOfIt() {
        assertThat(store.known("a")).isEmpty();

        store.keepWaiting(Samples.request("a"));
        assertThat(store.known("a")).contains(Samples.request("a"));
        assertThat(store.waiting()).containsExactly(Samples.request("a"));

        store.save(Samples.deployment("a"));
        assertThat(store.known("a")).contains(Samples.request("a"));
        assertThat(store.waiting()).isEmpty();

        store.finish(Samples.ended("a"), Samples.NOW);
        assertThat(store.known("a").orElseThrow().system()).isEqualTo(Samples.system(1));
        assertThat(store.known("b")).isEmpty();
    }

    @Test
    void keepsWhatWaitsInItsOrderUntilItIsOver() {
        for (String id : List.of("a", "b", "c")) {
            store.keepWaiting(Samples.request(id));
        }

        store.finish(Samples.ended("b"), Samples.NOW);

        assertThat(store.waiting()).containsExactly(Samples.request("a"), Samples.request("c"));
    }

    @Test
    void keepsLoginsOfCachesNoLongerThanTheyAreNeeded() throws Exception {
        var request =
                new DeployRequest(
                        "secret",
                        Samples.system(1),
                        Optional.of(URI.create("https://me:hunter2@c.example:81/x?token=hunter3")),
                        Action.SWITCH,
                        DeployRequest.Source.PUSH);
        store.keepWaiting(request);
        store.save(Deployment.begin(request, Samples.NOW));
        assertThat(store.inFlight().orElseThrow().request()).isEqualTo(request);

        var over = new Outcome.Failed("no such path");
        store.finish(Deployment.begin(request, Samples.NOW).ending(over), Samples.NOW);

        assertThat(store.history(1).getFirst().request().cacheUrl())
                .contains(URI.create("https://c.example:81/x"));
        assertThat(request.toString()).doesNotContain("hunter");
    }
}
