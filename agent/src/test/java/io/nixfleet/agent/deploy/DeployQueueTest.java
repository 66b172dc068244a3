package io.nixfleet.agent.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class DeployQueueTest {
    private final AtomicInteger told = new AtomicInteger();
    private final DeployQueue queue = new DeployQueue(told::incrementAndGet);

    private static DeployRequest request(String id, char system) {
        return new DeployRequest(
                id,
                StorePath.parse(
                        StoreDir.NIX_STORE,
                        "/nix/store/" + String.valueOf(system).repeat(32) + "-nixos-system"),
                Optional.empty(),
                Action.SWITCH,
                DeployRequest.Source.PUSH);
    }

    @Test
    void givesOutOneAtATime() throws Exception {
        queue.offer(request("one", '1'));
        assertThat(queue.take().id()).isEqualTo("one");
        assertThat(told).hasValue(0);
    }

    @Test
    void replacesTheOneThatWaits() throws Exception {
        queue.offer(request("one", '1'));
        var offered = queue.offer(request("two", '2'));
        assertThat(offered)
                .isEqualTo(new DeployQueue.Offered.Queued(Optional.of(request("one", '1'))));
        assertThat(queue.take().id()).isEqualTo("two");
        assertThat(queue.waiting()).isEmpty();
    }

    @Test
    void addsNothingForTheSystemThatIsUnderWayOrWaits() throws Exception {
        queue.offer(request("one", '1'));
        assertThat(queue.offer(request("again", '1')))
                .isEqualTo(new DeployQueue.Offered.Same(request("one", '1')));
        queue.take();
        assertThat(queue.offer(request("again", '1')))
                .isEqualTo(new DeployQueue.Offered.Same(request("one", '1')));
        assertThat(told).hasValue(0);
        queue.done();
        assertThat(queue.offer(request("again", '1')))
                .isInstanceOf(DeployQueue.Offered.Queued.class);
    }

    @Test
    void tellsTheOneUnderWayOfANewerOne() throws Exception {
        queue.offer(request("one", '1'));
        queue.take();
        queue.offer(request("two", '2'));
        assertThat(told).hasValue(1);
    }

    @Test
    void knowsWhatWasUnderWayBeforeARestart() {
        queue.resume(request("one", '1'));
        assertThat(queue.offer(request("again", '1')))
                .isEqualTo(new DeployQueue.Offered.Same(request("one", '1')));
    }
}
