package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.ServedClosure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody presses Ctrl-C. */
class InterruptedProgramTest {
    /** Less than the time that the program gives its own clean-up. */
    private static final Duration AT_ONCE = Duration.ofMillis(2500);

    private ServedClosure closure;

    @BeforeEach
    void serve() {
        closure = ServedClosure.start(6, 2_000_000);
    }

    @AfterEach
    void stop() {
        closure.close();
    }

    static Stream<NixInstallation> versions() {
        return SpoiltCacheTest.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void stopsAtOnceInADownloadAndGoesOnFromThere(NixInstallation nix) throws Exception {
        var paused = PausedNar.of(closure, closure.leaf());
        try (Host host = Host.with(nix, closure);
                AgentProgram.Running fetch = host.startFetch()) {
            paused.awaitReached();
            host.awaitImport(closure.leaf(), closure.otherLeaf());

            assertStopsAtOnce(fetch);

            host.assertHolds(List.of(closure.otherLeaf()));
            closure.serve(closure.leaf());
            host.assertCompletes(List.of(closure.leaf(), closure.app(), closure.top()));
            host.assertNoLeftovers(closure.members());
        }
    }

    @Test
    void stopsAtOnceInTheWalk() throws Exception {
        var reached = new CountDownLatch(1);
        closure.answerNarInfo(
                closure.leaf(),
                (request, wire) -> {
                    reached.countDown();
                    Answers.silence().send(request, wire);
                });
        try (Host host = Host.with(NixInstallation.nix28(), closure);
                AgentProgram.Running fetch = host.startFetch()) {
            assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();

            assertStopsAtOnce(fetch);

            host.assertHolds(List.of());
        }
    }

    private static void assertStopsAtOnce(AgentProgram.Running fetch) throws Exception {
        List<ProcessHandle> children = fetch.handle().descendants().toList();
        assertThat(children).as("the daemon that is to end").isNotEmpty();
        long started = System.nanoTime();

        fetch.interrupt();
        AgentProgram.Run run = fetch.await(Duration.ofSeconds(30));

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(AT_ONCE);
        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(130);
        Host.assertNoStackTrace(run);
        assertThat(run.stderr())
                .contains("interrupted; run again to go on from here")
                .doesNotContain("refused", "unreachable", "failed");
        for (ProcessHandle child : children) {
            child.onExit().get(AT_ONCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
