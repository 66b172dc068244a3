package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.time.ManualTicks;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.controlplane.Fault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class PollLoopTest {
    private static final StorePath NEW = FakeHost.path("new");
    private static final StorePath OTHER = FakeHost.path("other");

    @TempDir Path dir;
    private final ManualTicks ticks = new ManualTicks();
    private CycleRig rig;
    private CycleLife life;
    private boolean running;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
        rig.ticks = ticks;
        life = rig.live();
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    private void desire(StorePath system, String more) {
        rig.server.fleet().desire(CycleRig.MACHINE, "{\"hash\":\"%s\"%s}".formatted(system, more));
    }

    /** Polls, and says after how long the next poll is due. What the answer asks for may follow. */
    private Duration poll() throws Exception {
        // So far that the next poll's time tells the two polls apart.
        rig.wallClock.advance(Duration.ofDays(1));
        Instant now = rig.wallClock.instant();
        if (running) {
            life.polls.pollNow();
        } else {
            life.run(life.polls::run);
            running = true;
        }
        Await.until(
                "the answer to a poll",
                () -> life.polls.latest().next().filter(now::isBefore).isPresent());
        return Duration.between(now, life.polls.latest().next().orElseThrow());
    }

    /** Polls twice, and returns when all is done that the answers lead to. */
    private void pollAndAct() throws Exception {
        poll();
        poll();
        // The last answer is told before it is acted on; then only the next poll is waited for.
        Await.until(
                "the loop waits for its next poll",
                () -> life.threads.getLast().getState() == Thread.State.TIMED_WAITING);
    }

    private static void assertAbout(Duration pause, Duration expected) {
        assertThat(pause)
                .isBetween(
                        expected.multipliedBy(9).dividedBy(10),
                        expected.multipliedBy(11).dividedBy(10));
    }

    private static void assertWithin(Duration pause, long least, long most) {
        assertThat(pause).isBetween(Duration.ofSeconds(least), Duration.ofSeconds(most));
    }

    private static void assertAbout(Duration pause, long seconds) {
        assertAbout(pause, Duration.ofSeconds(seconds));
    }

    @Test
    void pollsAtItsIntervalWhereNothingIsDesired() throws Exception {
        assertWithin(poll(), 1, 60);
        Duration second = poll();
        Duration third = poll();

        assertAbout(second, 60);
        assertAbout(third, 60);
        assertThat(second).isNotEqualTo(third);
        assertThat(life.polls.latest().last()).contains(rig.wallClock.instant());
        assertThat(life.polls.latest().failure()).isEmpty();
        assertThat(life.queue.waiting()).isEmpty();
        assertThat(life.takeMessages()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "0, 1", "1, 1", "3601, 3600", "4000000000, 3600"})
    void takesAHintWithinReasonAndOnce(long hint, long seconds) throws Exception {
        desire(rig.old, ",\"poll_hint\":" + hint);
        assertAbout(poll(), seconds);

        desire(rig.old, ",\"poll_hint\":null");
        assertWithin(poll(), 1, 60);
        assertAbout(poll(), 60);
    }

    @Test
    void backsOffWhileItFailsAndIsBackAtOnceAfterwards() throws Exception {
        rig.server.fault(new Fault.Status(500));
        for (int seconds : new int[] {30, 60, 120, 240, 300, 300}) {
            assertWithin(poll(), seconds / 2, Math.min(seconds * 3 / 2, 300));
        }
        assertThat(life.polls.latest().failure().orElseThrow()).contains("500");
        assertThat(life.polls.latest().last()).isEmpty();

        rig.server.fault(new Fault.None());
        assertWithin(poll(), 1, 60);
        assertThat(life.polls.latest().failure()).isEmpty();

        rig.server.fault(new Fault.Refuse());
        assertWithin(poll(), 15, 45);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>", "{}", "{\"hash\":7}", "{\"hash\":\"x\",\"poll_hint\":-1}"})
    void countsGarbageAsAFailure(String body) throws Exception {
        rig.server.fault(new Fault.Garbage(body));

        assertWithin(poll(), 15, 45);
        assertWithin(poll(), 30, 90);
        assertThat(life.polls.latest().failure().orElseThrow()).contains("not of its contract");
        assertThat(life.queue.waiting()).isEmpty();
    }

    @Test
    void queuesWhatIsDesiredAndDoesNotRun() throws Exception {
        desire(NEW, ",\"cache_url\":\"https://cache.example\"");
        poll();

        Await.until("a deployment waits", () -> life.queue.waiting().isPresent());
        assertThat(life.queue.waiting())
                .contains(
                        new DeployRequest(
                                "poll-1",
                                NEW,
                                Optional.of(URI.create("https://cache.example")),
                                Action.SWITCH,
                                Source.POLL));
        pollAndAct();
        assertThat(life.queue.waiting().orElseThrow().id()).isEqualTo("poll-1");
        assertThat(life.desired.system()).contains(NEW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"cache_url\":null", ",\"cache_url\":\"\""})
    void leavesTheCacheToTheConfigurationWhereNoneIsNamed(String more) throws Exception {
        desire(NEW, more);
        pollAndAct();

        assertThat(life.queue.waiting().orElseThrow().cacheUrl()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"hash\":\"\"}",
                "{\"hash\":\"/nix/store/short-x\"}",
                "{\"hash\":\"/etc/passwd\"}",
                "{\"hash\":\"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/bin/sh\"}",
                "{\"hash\":\"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x\",\"cache_url\":\"h t\"}"
            })
    void queuesNothingThatMakesNoSense(String json) throws Exception {
        rig.server.fleet().desire(CycleRig.MACHINE, json);
        pollAndAct();

        assertThat(life.queue.waiting()).isEmpty();
        assertThat(life.desired.system()).isEmpty();
        assertThat(life.death.get()).isEmpty();
    }

    @Test
    void saysOnceThatTheHostIsUpToDate() throws Exception {
        desire(rig.old, "");
        pollAndAct();
        pollAndAct();

        assertThat(life.queue.waiting()).isEmpty();
        assertThat(life.takeMessages()).containsExactly("true up-to-date");
    }

    @Test
    void doesNotQueueARefusedSystemAndKeepsSayingSo() throws Exception {
        life.state.refuse(new Refusal(NEW, "rolled back: it is ill", Instant.EPOCH));
        desire(NEW, "");
        pollAndAct();

        assertThat(life.queue.waiting()).isEmpty();
        life.reporter.health(life.health.check());
        assertThat(life.takeMessages()).containsExactly("false rolled back: it is ill");
    }

    @Test
    void forgetsARefusalOnceSomethingElseIsDesired() throws Exception {
        life.state.refuse(new Refusal(NEW, "rolled back: it is ill", Instant.EPOCH));
        desire(rig.old, "");
        pollAndAct();
        assertThat(life.takeMessages()).containsExactly("true up-to-date");

        desire(NEW, "");
        pollAndAct();

        assertThat(life.queue.waiting().orElseThrow().system()).isEqualTo(NEW);
    }

    @Test
    void queuesNothingOnAHostThatNeedsAttention() throws Exception {
        life.state.note(Reporter.ATTENTION_NOTE, "rollback failed");
        desire(NEW, "");
        pollAndAct();

        assertThat(life.queue.waiting()).isEmpty();
    }

    @Test
    void triesAgainAfterAPauseWhatCouldNotBeFetched() throws Exception {
        desire(NEW, "");
        pollAndAct();
        assertThat(life.queue.take().system()).isEqualTo(NEW);
        assertThat(life.desired.failed(NEW, ticks.now())).isFalse();
        life.queue.done();
        ticks.advance(CycleLife.RETRY.minusMillis(1));
        pollAndAct();
        assertThat(life.queue.waiting()).isEmpty();

        ticks.advance(Duration.ofMillis(1));
        pollAndAct();

        assertThat(life.queue.waiting().orElseThrow().system()).isEqualTo(NEW);
    }

    @Test
    void callsBackWhatIsNotDesiredAnyMore() throws Exception {
        desire(NEW, "");
        pollAndAct();
        assertThat(life.queue.take().system()).isEqualTo(NEW);

        desire(rig.old, "");
        pollAndAct();

        assertThat(life.queue.waiting().orElseThrow().system()).isEqualTo(rig.old);
    }

    @Test
    void leavesWhatWasPushedToAHostThatIsUpToDate() throws Exception {
        desire(rig.old, "");
        pollAndAct();
        life.queue.offer(CycleRig.request(OTHER, Source.PUSH));

        pollAndAct();

        assertThat(life.queue.waiting().orElseThrow().system()).isEqualTo(OTHER);
    }
}
