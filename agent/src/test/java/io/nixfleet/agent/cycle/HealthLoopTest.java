package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.agent.time.Ticks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class HealthLoopTest {
    private static final Duration INTERVAL = Duration.ofSeconds(60);

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
        private final Semaphore waiting = new Semaphore(0);
        private final Semaphore go = new Semaphore(0);

        @Override
        public Duration now() {
            return Duration.ZERO;
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            assertThat(duration).isEqualTo(INTERVAL);
            waiting.release();
            go.acquire();
        }

        void awaitRound() throws InterruptedException {
            assertThat(waiting.tryAcquire(90, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void reportsHealthExceptWhileTheHostIsBeingChanged() throws Exception {
        rig.ticks = new QuickTicks(20);
        var steps = new Steps();
        CycleLife life = rig.live().deploying();
        var loop = new HealthLoop(life.health, life.runner, life.reporter, steps, INTERVAL);
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
}
