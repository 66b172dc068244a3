package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.time.QuickTicks;
import io.nixfleet.agent.time.Ticks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several deployments at once. */
@Timeout(240)
class GivingWayTest {
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

    private DeployRequest request(String name, Source source) throws Exception {
        return CycleRig.request(rig.system(name, ""), source);
    }

    /** One whose switch does not end before the file "go" is there. */
    private DeployRequest slow(String name) throws Exception {
        return CycleRig.request(
                rig.system(
                        name,
                        "while [ ! -e '%s' ]; do sleep 0.02; done".formatted(dir.resolve("go"))),
                Source.POLL);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void cancelsAFetchForANewerOne(Source source) throws Exception {
        DeployRequest first = request("first", Source.POLL);
        DeployRequest second = request("second", source);
        CycleLife life = rig.live().deploying();
        rig.store.hang();
        life.queue.offer(first);
        rig.store.awaitAsked();

        life.queue.offer(second);

        assertThat(life.awaitEnd(first))
                .isEqualTo(new Outcome.Superseded("a newer deployment came"));
        rig.store.goOn();
        assertThat(life.awaitEnd(second)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.host.activations()).containsExactly("second switch");
        assertThat(life.takeMessages()).containsExactly("true applying", "true deployed");
    }

    @Test
    void doesNotCancelAFetchForTheSameOne() throws Exception {
        DeployRequest first = request("first", Source.POLL);
        CycleLife life = rig.live().deploying();
        rig.store.hang();
        life.queue.offer(first);
        rig.store.awaitAsked();

        assertThat(life.queue.offer(request("first", Source.PUSH)))
                .isEqualTo(new DeployQueue.Offered.Same(first));

        rig.store.goOn();
        assertThat(life.awaitEnd(first)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.host.activations()).containsExactly("first switch");
        assertThat(life.state.history(10)).hasSize(1);
    }

    @Test
    void neverCancelsAnActivationAndReplacesTheOneThatWaits() throws Exception {
        DeployRequest first = slow("first");
        DeployRequest third = request("third", Source.PUSH);
        CycleLife life = rig.live().deploying();
        life.queue.offer(first);
        Await.until("the switch runs", () -> !rig.host.activations().isEmpty());

        life.queue.offer(request("second", Source.PUSH));
        life.queue.offer(third);
        assertThat(life.runner.current().orElseThrow().phase()).isEqualTo(Phase.APPLYING);
        Files.createFile(dir.resolve("go"));

        assertThat(life.awaitEnd(first)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(life.awaitEnd(third)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.host.activations()).containsExactly("first switch", "third switch");
        assertThat(life.state.history(10)).hasSize(2);
    }

    /** Between two phases nobody is there to be interrupted. */
    @Test
    void noticesANewerOneThatCameBetweenTwoPhases() throws Exception {
        DeployRequest first = request("first", Source.POLL);
        DeployRequest second = request("second", Source.POLL);
        var queue = new AtomicReference<DeployQueue>();
        var calls = new AtomicInteger();
        var quick = new QuickTicks(20);
        rig.ticks =
                new Ticks() {
                    @Override
                    public Duration now() {
                        // Before and after the checking; nothing else asks until then.
                        if (calls.incrementAndGet() == 2) {
                            queue.get().offer(second);
                        }
                        return quick.now();
                    }

                    @Override
                    public void sleep(Duration duration) throws InterruptedException {
                        quick.sleep(duration);
                    }
                };
        CycleLife life = rig.live();
        queue.set(life.queue);
        life.deploying();
        life.queue.offer(first);

        assertThat(life.awaitEnd(first)).isInstanceOf(Outcome.Superseded.class);
        assertThat(life.awaitEnd(second)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.host.activations()).containsExactly("second switch");
    }

    @Test
    void endsInTheMiddleOfAFetchAndGoesOnInTheNextLife() throws Exception {
        DeployRequest first = request("first", Source.POLL);
        CycleLife life = rig.live().deploying();
        rig.store.hang();
        life.queue.offer(first);
        rig.store.awaitAsked();

        life.end();

        rig.store.goOn();
        CycleLife next = rig.live();
        assertThat(next.state.inFlight().orElseThrow().phase()).isEqualTo(Phase.FETCHING);
        next.deploying();
        assertThat(next.awaitEnd(first)).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(next.takeMessages()).containsExactly("true applying", "true deployed");
    }
}
