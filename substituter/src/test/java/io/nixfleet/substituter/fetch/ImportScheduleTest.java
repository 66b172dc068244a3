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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
        var schedule = schedule(lib, doc, libc);
        schedule.arrange(List.of(libc.path(), lib.path(), doc.path()));
        startAll(schedule);

        assertThat(toImport(schedule)).containsExactly(libc.path(), doc.path());
        schedule.valid(libc.path());
        assertThat(toImport(schedule)).containsExactly(lib.path());
        assertThat(schedule.unsettled()).containsExactly(lib.path(), doc.path());
    }

    @Test
    void beforeThereIsAnOrderTheLongestWayToARootComesFirst() {
        RandomGenerator random = Seeds.random(5);
        PlannedPath near = planned(random, List.of());
        PlannedPath far = planned(random, List.of());
        PlannedPath between = planned(random, List.of(far.path()));
        PlannedPath root = planned(random, List.of(near.path(), between.path()));
        var schedule = schedule(root, near, between, far);

        assertThat(schedule.nextToStart())
                .extracting(ImportSchedule.Entry::path)
                .isEqualTo(far.path());
    }

    @Test
    void startsNothingThatNeedsWhatIsNotKnownYet() {
        RandomGenerator random = Seeds.random(6);
        StorePath unknown = TestPaths.path(random, "unknown");
        PlannedPath path = planned(random, List.of(unknown));
        var schedule = schedule(path);

        assertThat(schedule.nextToStart()).isNull();
        schedule.valid(unknown);
        assertThat(schedule.nextToStart())
                .extracting(ImportSchedule.Entry::path)
                .isEqualTo(path.path());
    }

    @Test
    void startsNothingThatNeedsWhatOthersBringBeforeThatCame() {
        RandomGenerator random = Seeds.random(7);
        StorePath brought = TestPaths.path(random, "brought");
        PlannedPath path = planned(random, List.of(brought));
        var schedule = schedule(path);
        schedule.addBrought(brought);

        assertThat(schedule.nextToStart()).isNull();
        assertThat(schedule.failed(schedule.entry(brought)))
                .extracting(ImportSchedule.Entry::path)
                .containsExactly(path.path());
        assertThat(schedule.finished()).isTrue();
    }

    @Test
    void blocksWhatIsFoundAfterAPathThatItNeedsFailed() {
        RandomGenerator random = Seeds.random(8);
        PlannedPath spoilt = planned(random, List.of());
        PlannedPath late = planned(random, List.of(spoilt.path()));
        PlannedPath top = planned(random, List.of(late.path()));
        var schedule = schedule(top, spoilt);

        assertThat(schedule.failed(schedule.entry(spoilt.path()))).isEmpty();
        assertThat(schedule.add(late))
                .extracting(ImportSchedule.Entry::path)
                .containsExactly(late.path(), top.path());
        assertThat(schedule.finished()).isTrue();
    }

    @Test
    void handsOutNothingWhoseDownloadHasNotStarted() {
        RandomGenerator random = Seeds.random(2);
        var schedule = schedule(planned(random, List.of()));

        assertThat(schedule.nextToImport()).isNull();
        startAll(schedule);
        assertThat(schedule.nextToImport()).isNotNull();
    }

    @Test
    void aSelfReferenceIsNoDependency() {
        RandomGenerator random = Seeds.random(3);
        StorePath self = TestPaths.path(random, "self");
        var schedule = schedule(planned(info(random, self, List.of(self))));
        startAll(schedule);

        assertThat(toImport(schedule)).containsExactly(self);
    }

    private static ImportSchedule schedule(PlannedPath... paths) {
        var schedule = new ImportSchedule();
        for (PlannedPath path : paths) {
            assertThat(schedule.add(path)).isEmpty();
        }
        return schedule;
    }

    private static void startAll(ImportSchedule schedule) {
        for (var entry = schedule.nextToStart(); entry != null; entry = schedule.nextToStart()) {
            schedule.started(entry);
        }
    }

    private static List<StorePath> toImport(ImportSchedule schedule) {
        var paths = new ArrayList<StorePath>();
        for (var entry = schedule.nextToImport(); entry != null; entry = schedule.nextToImport()) {
            paths.add(entry.path());
        }
        return paths;
    }

    /**
     * One run as a fetch makes it: a walk that goes on meanwhile, some lanes, a bounded number of
     * downloads ahead, now and then a failure.
     */
    private static final class Run {
        private final RandomGenerator random;
        private final List<PlannedPath> paths;
        private final Deque<PlannedPath> unknown;
        private final Set<StorePath> wanted = new HashSet<>();
        private final ImportSchedule schedule = new ImportSchedule();
        private final Set<StorePath> valid = new HashSet<>();
        private final Set<StorePath> failed = new HashSet<>();
        private final Set<StorePath> started = new HashSet<>();
        private final List<ImportSchedule.Entry> inLanes = new ArrayList<>();
        private final int lanes;
        private final int permits;

        Run(RandomGenerator random) {
            this.random = random;
            paths = graph(random);
            paths.forEach(path -> wanted.add(path.path()));
            // What refers to a path is found before it.
            unknown = new ArrayDeque<>(paths.reversed());
            lanes = random.nextInt(1, 5);
            permits = random.nextInt(1, 17);
        }

        void toTheEnd() {
            while (!unknown.isEmpty() || !schedule.finished()) {
                find();
                startDownloads();
                fillLanes();
                if (unknown.isEmpty() && !schedule.finished()) {
                    assertThat(inLanes).as("paths in work; none would be a lock-up").isNotEmpty();
                }
                if (!inLanes.isEmpty()) {
                    endOne();
                }
            }
            valid.retainAll(wanted);
            assertThat(valid.size() + failed.size()).isEqualTo(paths.size());
            assertThat(started).isEmpty();
            assertThat(schedule.unsettled()).isEmpty();
        }

        private void find() {
            for (int more = random.nextInt(4); more > 0 && !unknown.isEmpty(); more--) {
                PlannedPath path = unknown.remove();
                for (ImportSchedule.Entry blocked : schedule.add(path)) {
                    fail(blocked.path());
                }
                for (StorePath needed : path.dependencies()) {
                    if (!wanted.contains(needed) && valid.add(needed)) {
                        schedule.valid(needed);
                    }
                }
            }
            if (unknown.isEmpty() && random.nextBoolean()) {
                schedule.arrange(paths.stream().map(PlannedPath::path).toList());
            }
        }

        /** A permit is held from a download's start until its path is settled. */
        private void startDownloads() {
            while (started.size() < permits) {
                var entry = schedule.nextToStart();
                if (entry == null) {
                    return;
                }
                assertThat(failed).doesNotContain(entry.path());
                assertThat(started.add(entry.path())).isTrue();
                schedule.started(entry);
            }
        }

        private void fillLanes() {
            while (inLanes.size() < lanes) {
                var entry = schedule.nextToImport();
                if (entry == null) {
                    return;
                }
                assertThat(started).contains(entry.path());
                assertThat(valid).containsAll(entry.planned().dependencies());
                assertThat(inLanes).doesNotContain(entry);
                inLanes.add(entry);
            }
        }

        private void endOne() {
            ImportSchedule.Entry entry = Seeds.pick(random, inLanes);
            inLanes.remove(entry);
            if (random.nextInt(30) > 0) {
                started.remove(entry.path());
                valid.add(entry.path());
                schedule.valid(entry.path());
                return;
            }
            fail(entry.path());
            schedule.failed(entry).forEach(blocked -> fail(blocked.path()));
        }

        private void fail(StorePath path) {
            assertThat(failed.add(path)).isTrue();
            assertThat(inLanes).noneMatch(entry -> entry.path().equals(path));
            started.remove(path);
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
