package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ImportScheduleTest {
    private static final int GRAPHS = 60;
    private static final SecretKey KEY = TestPaths.key("schedule-1");
    private static final NarInfoVerifier VERIFIER =
            new NarInfoVerifier(TrustedKeys.of(List.of(KEY.publicKey())));

    @Test
    void neverHandsOutAPathBeforeItsDependenciesAndNeverLocksUp() {
        Seeds.forEach(GRAPHS, random -> new Run(random).toTheEnd());
    }

    @Test
    void handsOutTheFirstOfTheOrderThatIsReady() {
        RandomGenerator random = Seeds.random(1);
        PlannedPath libc = planned(random, List.of());
        PlannedPath lib = planned(random, List.of(libc.path()));
        PlannedPath doc = planned(random, List.of());
        var schedule = new ImportSchedule(List.of(libc, lib, doc), List.of());

        assertThat(schedule.take(3)).isEqualTo(0);
        assertThat(schedule.take(3)).isEqualTo(2);
        assertThat(schedule.take(3)).isEqualTo(-1);
        schedule.imported(0);
        assertThat(schedule.take(3)).isEqualTo(1);
        assertThat(schedule.unsettled()).containsExactly(1, 2);
    }

    @Test
    void handsOutNothingWhoseDownloadHasNotStarted() {
        RandomGenerator random = Seeds.random(2);
        var schedule = new ImportSchedule(List.of(planned(random, List.of())), List.of());

        assertThat(schedule.take(0)).isEqualTo(-1);
        assertThat(schedule.take(1)).isEqualTo(0);
    }

    @Test
    void aSelfReferenceIsNoDependency() {
        RandomGenerator random = Seeds.random(3);
        StorePath self = TestPaths.path(random, "self");
        var schedule =
                new ImportSchedule(List.of(planned(info(random, self, List.of(self)))), List.of());

        assertThat(schedule.take(1)).isEqualTo(0);
    }

    /**
     * One run as a fetch makes it: some lanes, a bounded number of downloads ahead, now and then a
     * failure.
     */
    private static final class Run {
        private final RandomGenerator random;
        private final List<PlannedPath> order;
        private final ImportSchedule schedule;
        private final Set<StorePath> imported = new HashSet<>();
        private final Set<StorePath> failed = new HashSet<>();
        private final List<Integer> inLanes = new ArrayList<>();
        private final int lanes;
        private final int permits;
        private int started;
        private int given;

        Run(RandomGenerator random) {
            this.random = random;
            order = graph(random);
            schedule = new ImportSchedule(order, List.of());
            lanes = random.nextInt(1, 5);
            permits = random.nextInt(1, 17);
        }

        void toTheEnd() {
            while (!schedule.finished()) {
                startDownloads();
                fillLanes();
                assertThat(inLanes).as("paths in work; none would be a lock-up").isNotEmpty();
                endOne();
            }
            assertThat(imported.size() + failed.size()).isEqualTo(order.size());
            assertThat(schedule.unsettled()).isEmpty();
        }

        /** A permit is held from a download's start until its path is settled. */
        private void startDownloads() {
            while (started < order.size() && started - given < permits) {
                if (schedule.isSettled(started)) {
                    given++;
                }
                started++;
            }
        }

        private void fillLanes() {
            while (inLanes.size() < lanes) {
                int place = schedule.take(started);
                if (place < 0) {
                    return;
                }
                assertThat(place).isLessThan(started);
                assertThat(imported).containsAll(needs(order.get(place)));
                assertThat(inLanes).doesNotContain(place);
                inLanes.add(place);
            }
        }

        private List<StorePath> needs(PlannedPath path) {
            Set<StorePath> planned = new HashSet<>();
            order.forEach(each -> planned.add(each.path()));
            return path.dependencies().stream().filter(planned::contains).toList();
        }

        private void endOne() {
            int place = Seeds.pick(random, inLanes);
            inLanes.removeIf(other -> other == place);
            StorePath path = schedule.at(place).path();
            given++;
            if (random.nextInt(30) > 0) {
                schedule.imported(place);
                imported.add(path);
                return;
            }
            failed.add(path);
            for (int blocked : schedule.failed(place)) {
                assertThat(failed.add(order.get(blocked).path())).isTrue();
                assertThat(inLanes).doesNotContain(blocked);
                if (blocked < started) {
                    given++;
                }
            }
        }
    }

    /** Paths that refer to earlier ones, to themselves, and to some that are valid already. */
    private static List<PlannedPath> graph(RandomGenerator random) {
        var paths = new ArrayList<PlannedPath>();
        int size = random.nextInt(1, 60);
        for (int i = 0; i < size; i++) {
            var references = new TreeSet<StorePath>();
            for (int r = random.nextInt(5); r > 0 && i > 0; r--) {
                references.add(Seeds.pick(random, paths).path());
            }
            if (random.nextInt(5) == 0) {
                references.add(TestPaths.path(random, "valid"));
            }
            paths.add(planned(random, List.copyOf(references)));
        }
        return paths;
    }

    private static PlannedPath planned(RandomGenerator random, List<StorePath> references) {
        return planned(info(random, TestPaths.path(random, "p"), references));
    }

    private static PathInfo info(
            RandomGenerator random, StorePath path, List<StorePath> references) {
        PathInfo any = TestPaths.info(random);
        return new PathInfo(
                path,
                any.deriver(),
                any.narHash(),
                any.narSize(),
                references,
                List.of(),
                any.contentAddress());
    }

    private static PlannedPath planned(PathInfo info) {
        var narInfo = TestPaths.narInfo(TestPaths.sign(info, KEY), Compression.NONE);
        if (!(VERIFIER.verify(narInfo) instanceof Verdict.Trusted(var trusted))) {
            throw new AssertionError("the test's own key is trusted");
        }
        return new PlannedPath(trusted, CACHE);
    }

    private static final GuardedCache CACHE =
            new GuardedCache(
                    new BinaryCaches(CacheOptions.builder().build())
                            .open(URI.create("file:///none")),
                    StoreDir.NIX_STORE,
                    FetchPolicy.DEFAULT,
                    FetchListener.NONE);
}
