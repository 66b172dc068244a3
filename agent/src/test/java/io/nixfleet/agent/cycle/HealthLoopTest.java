package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.time.Jitter;
import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.agent.time.Ticks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class HealthLoopTest {
    private static final Duration INTERVAL = Duration.ofSeconds(60);

    /** In the middle of the jitter. */
    private static final RandomGenerator STEADY = () -> 1L << 63;

    @TempDir Path dir;
    private CycleRig rig;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    /** An interval ends when the test says so. */
    private static final class Steps implements Ticks {
        private final List<Duration> pauses = new CopyOnWriteArrayList<>();
        private final Semaphore waiting = new Semaphore(0);
        private final Semaphore go = new Semaphore(0);

        @Override
        public Duration now() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            pauses.add(duration);
            waiting.release();
            go.acquire();
        }

        void awaitRound() throws InterruptedException {
            assertThat(waiting.tryAcquire(90, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static HealthLoop loop(CycleLife life, Ticks ticks, RandomGenerator random) {
        return new HealthLoop(
                life.health, life.runner, life.reporter, ticks, INTERVAL, new Jitter(random));
    }

    @Test
    void reportsHealthExceptWhileTheHostIsBeingChanged() throws Exception {
        rig.ticks = new QuickTicks(20);
        var steps = new Steps();
        CycleLife life = rig.live().deploying();
        var loop = loop(life, steps, STEADY);
        life.run(loop::run);
        steps.awaitRound();
        assertThat(life.takeMessages()).containsExactly("true health-check");
        DeployRequest request =
                CycleRig.request(
                        rig.system(
                                "new",
                                "while [ ! -e '%s' ]; do sleep 0.02; done"
                                        .formatted(dir.resolve("go"))),
                        Source.POLL);
        life.queue.offer(request);
        life.awaitPhase(Phase.APPLYING);

        steps.go.release();
        steps.awaitRound();
        steps.go.release();
        steps.awaitRound();
        Files.createFile(dir.resolve("go"));
        life.awaitEnd(request);
        steps.go.release();
        steps.awaitRound();

        assertThat(life.takeMessages())
                .containsExactly("true applying", "true deployed", "true health-check");
    }

    @Test
    void leavesTheStepOfHostsThatWereStartedAtOnce() throws Exception {
        var steps = new Steps();
        CycleLife life = rig.live().deploying();
        var loop = loop(life, steps, new Random(3));
        life.run(loop::run);
        for (int round = 0; round < 20; round++) {
            steps.awaitRound();
            steps.go.release();
        }

        assertThat(steps.pauses.getFirst()).isEqualTo(new Jitter(new Random(3)).within(INTERVAL));
        assertThat(steps.pauses.subList(1, 20))
                .allMatch(pause -> pause.toSeconds() >= 54 && pause.toSeconds() <= 66)
                .doesNotHaveDuplicates();
    }
}
