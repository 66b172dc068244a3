package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.ManyPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The program is killed at random moments, again and again: {@code integration-tests/run.sh
 * -Dit.test=KilledProgramTest -Dnixfleet.kills=200}.
 */
class KilledProgramTest {
    private static final int KILLS = Integer.getInteger("nixfleet.kills", 25);
    private static final long SEED = Long.getLong("nixfleet.kills.seed", 17);

    @Test
    void leavesASoundStoreWheneverItIsKilledAndGoesOnFromThere() throws Exception {
        RandomGenerator random = Seeds.random(SEED);
        try (var closure = ManyPaths.start(43, 60, 200_000);
                Host host = Host.with(NixInstallation.nix28(), closure)) {
            long longest = timeOfAFetch(host);
            host.store().collectGarbage();
            int killedMidway = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                List<Member> before = host.missing();
                long moment = random.nextLong(longest);
                try (AgentProgram.Running fetch = host.startFetch()) {
                    fetch.handle()
                            .onExit()
                            .completeOnTimeout(fetch.handle(), moment, TimeUnit.NANOSECONDS)
                            .get();
                    fetch.kill();
                    fetch.handle().onExit().get(30, TimeUnit.SECONDS);
                }
                host.assertNothingRuns();

                StoreContents.assertSound(host.store());
                List<Member> missing = host.missing();
                assertThat(before).as("kill %d, seed %d", kill, SEED).containsAll(missing);
                if (!missing.isEmpty() && missing.size() < closure.members().size()) {
                    killedMidway++;
                }
                // The machine may be slower by now, or faster: as many come too late as too early.
                if (missing.isEmpty()) {
                    longest -= longest / 5;
                } else if (missing.size() == before.size()) {
                    longest += longest / 4;
                }
                // Most kills shall find something to do, and the first and last bytes of it, too.
                if (missing.isEmpty() || kill % 5 == 0) {
                    if (!missing.isEmpty()) {
                        host.assertCompletes(missing);
                    }
                    host.assertNoLeftovers(closure.members());
                    host.store().collectGarbage();
                    assertNothingIsKept(host);
                }
            }
            host.assertCompletes(host.missing());
            assertThat(killedMidway).as("kills in the midst of imports").isPositive();
        }
    }

    /** Temporary roots of the dead would have kept paths. */
    private static void assertNothingIsKept(Host host) throws Exception {
        host.assertHolds(List.of());
        host.assertNoLeftovers(List.of());
        Path roots = host.store().directory().resolve("nix/var/nix/temproots");
        try (Stream<Path> left = Files.list(roots)) {
            assertThat(left).as("temporary roots").isEmpty();
        }
    }

    private static long timeOfAFetch(Host host) throws Exception {
        long started = System.nanoTime();
        AgentProgram.Run run = host.fetch();
        assertThat(run.exitCode()).as(run.stderr()).isZero();
        return System.nanoTime() - started;
    }
}
