package io.nixfleet.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.nix.ScriptedStream;
import io.nixfleet.it.nix.TestPath;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.DaemonLimits;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.NarImportException.Reason;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every supported Nix must do for us, in a chroot store of its own. */
@Timeout(120)
abstract class DaemonStoreContract {
    private final NixInstallation nix;
    private final Random random = new Random();
    private final SecretKey key = SecretKey.generate("fleet-1", random);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private ChrootStore store;

    DaemonStoreContract(NixInstallation nix) {
        this.nix = nix;
    }

    @BeforeEach
    void makeStore() throws IOException {
        store = nix.newStore();
    }

    @AfterEach
    void removeStore() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
        store.close();
    }

    private DaemonStore.Builder daemon() {
        return DaemonStore.at(
                        new DaemonTarget.Stdio(
                                nix.command("nix-daemon"),
                                Optional.of(store.directory().toString()),
                                Map.of()))
                .extraTrustedKeys(List.of(key.publicKey().toString()));
    }

    private StoreSession open() throws Exception {
        return open(daemon());
    }

    private StoreSession open(DaemonStore.Builder builder) throws Exception {
        StoreSession session = builder.build().openSession();
        opened.add(session);
        return session;
    }

    private TestPath file(String name, int size, StorePath... references) {
        var content = new byte[size];
        random.nextBytes(content);
        return TestPath.file(name, content, List.of(references), key, random);
    }

    private static void bringIn(StoreSession session, TestPath path) throws Exception {
        session.importPath(path.info(), path.stream());
    }

    @Test
    void importsClosureInOrder() throws Exception {
        TestPath leaf = file("leaf", 10);
        TestPath middle = file("middle", 100_000, leaf.path());
        TestPath top = file("top", 3_000_000, leaf.path(), middle.path());
        var all = List.of(leaf.path(), middle.path(), top.path());
        StoreSession session = open();

        assertThat(session.protectAndQueryValid(all)).isEmpty();
        for (TestPath path : List.of(leaf, middle, top)) {
            bringIn(session, path);
        }

        assertThat(session.protectAndQueryValid(all)).containsExactlyInAnyOrderElementsOf(all);
        for (TestPath path : List.of(leaf, middle, top)) {
            assertThat(session.query(path.path())).contains(path.info());
        }
        assertThat(store.run("nix-store", "--verify", "--check-contents"))
                .doesNotContain("modified", "missing");
        assertThat(Files.size(store.file(top.path()))).isEqualTo(3_000_000);
    }

    @Test
    void knowsNothingOfAbsentPath() throws Exception {
        assertThat(open().query(file("absent", 1).path())).isEmpty();
    }

    @Test
    void importsPathThatRefersToItself() throws Exception {
        TestPath plain = file("self", 50);
        TestPath self = plain.withReferences(List.of(plain.path()), key);
        StoreSession session = open();
        bringIn(session, self);
        assertThat(session.query(self.path())).contains(self.info());
    }

    @Test
    void refusesPathSignedByUnknownKey() throws Exception {
        TestPath path = file("stranger", 50);
        StoreSession session = open(daemon().extraTrustedKeys(List.of()));
        var refusal = catchThrowableOfType(NarImportException.class, () -> bringIn(session, path));
        assertThat(refusal.reason()).isEqualTo(Reason.SIGNATURE);
        assertThat(refusal)
                .hasMessageContaining(path.path().toString())
                .hasMessageContaining("signed by fleet-1")
                .hasMessageContaining("trusted-public-keys");
        assertThat(store.isValid(path.path())).isFalse();
    }

    @Test
    void refusesForgedSignatureThoughKeyNameIsTrusted() throws Exception {
        SecretKey forger = SecretKey.generate("fleet-1", random);
        TestPath path = TestPath.file("forged", new byte[9], List.of(), forger, random);
        StoreSession session = open();
        var refusal = catchThrowableOfType(NarImportException.class, () -> bringIn(session, path));
        assertThat(refusal.reason()).isEqualTo(Reason.SIGNATURE);
        assertLaneWorks(session);
    }

    @Test
    void refusesOtherBytesThanPromised() throws Exception {
        TestPath path = file("flipped", 200_000);
        byte[] flipped = path.nar().clone();
        flipped[100_000] ^= 1;
        refusedForContent(path.withNar(flipped));
    }

    @Test
    void refusesOtherHashThanPromised() throws Exception {
        var otherHash = NixHash.compute(HashAlgorithm.SHA256, new byte[1]);
        refusedForContent(file("other-hash", 100).withHash(otherHash, key));
    }

    @Test
    void refusesSizeTooSmall() throws Exception {
        TestPath path = file("too-small", 1000);
        refusedForContent(path.withSize(path.info().narSize() - 8, key));
    }

    @Test
    void refusesSizeTooBig() throws Exception {
        TestPath path = file("too-big", 1000);
        byte[] longer = Arrays.copyOf(path.nar(), path.nar().length + 8);
        refusedForContent(path.withNar(longer).withSize(longer.length, key));
    }

    @Test
    void blamesNarForEveryFlippedBit() throws Exception {
        TestPath path = TestPath.ofNar("spoilt", TestPath.directoryNar(), List.of(), key, random);
        StoreSession session = open(daemon().lanes(1));
        var wronglyBlamed = new ArrayList<String>();
        for (int position = 0; position < path.nar().length; position++) {
            byte[] spoilt = path.nar().clone();
            spoilt[position] ^= (byte) (1 << random.nextInt(8));
            try {
                bringIn(session, path.withNar(spoilt));
                wronglyBlamed.add("imported with a flipped bit at byte " + position);
            } catch (NarImportException e) {
                assertThat(e.reason()).isEqualTo(Reason.CONTENT);
            } catch (StoreException e) {
                wronglyBlamed.add(position + ": " + e.getMessage());
            }
        }
        assertThat(wronglyBlamed).isEmpty();
        bringIn(session, path);
        assertThat(session.query(path.path())).contains(path.info());
    }

    @Test
    void refusesSomethingThatIsNoArchive() throws Exception {
        TestPath path = file("junk", 1000);
        var junk = new byte[path.nar().length];
        Arrays.fill(junk, (byte) 'x');
        refusedForContent(path.withNar(junk));
    }

    private void refusedForContent(TestPath path) throws Exception {
        StoreSession session = open();
        var refusal = catchThrowableOfType(NarImportException.class, () -> bringIn(session, path));
        assertThat(refusal).as("refusal of %s", path.path()).isNotNull();
        assertThat(refusal.reason()).isEqualTo(Reason.CONTENT);
        assertThat(refusal).hasMessageContaining(path.path().toString());
        assertThat(refusal.getMessage()).doesNotContain("\u001b");
        assertThat(store.isValid(path.path())).isFalse();
        assertLaneWorks(session);
    }

    private void assertLaneWorks(StoreSession session) throws Exception {
        TestPath next = file("next", 100);
        bringIn(session, next);
        assertThat(session.query(next.path())).contains(next.info());
    }

    @Test
    void refusesPathWhoseReferenceIsMissing() throws Exception {
        TestPath absent = file("absent", 10);
        TestPath path = file("dangling", 10, absent.path());
        StoreSession session = open();
        assertThatThrownBy(() -> bringIn(session, path))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.sessionLost()).as("session lost").isFalse())
                .hasMessageContaining(absent.path().toString())
                .hasMessageContaining("not valid");
        assertLaneWorks(session);
    }

    @Test
    void importOfValidPathSucceeds() throws Exception {
        StoreSession session = open();
        for (int size : List.of(10, 5_000_000)) {
            TestPath path = file("twice", size);
            bringIn(session, path);
            bringIn(session, path);
        }
        assertLaneWorks(session);
    }

    @Test
    void temporaryRootsHoldUntilSessionEnds() throws Exception {
        TestPath asked = file("asked", 10);
        TestPath imported = file("imported", 10);
        TestPath other = file("other", 10);
        try (StoreSession earlier = open()) {
            bringIn(earlier, asked);
            bringIn(earlier, other);
        }
        try (StoreSession session = open()) {
            assertThat(session.protectAndQueryValid(List.of(asked.path())))
                    .containsExactly(asked.path());
            bringIn(session, imported);
            store.collectGarbage();
            assertThat(store.isValid(asked.path())).as("asked for").isTrue();
            assertThat(store.isValid(imported.path())).as("imported").isTrue();
            assertThat(store.isValid(other.path())).as("neither").isFalse();
        }
        store.collectGarbage();
        assertThat(store.isValid(asked.path())).isFalse();
        assertThat(store.isValid(imported.path())).isFalse();
    }

    @Test
    void permanentRootHoldsUntilLinkIsDeleted() throws Exception {
        TestPath first = file("first", 10);
        TestPath second = file("second", 10, first.path());
        Path link = store.directory().resolve("roots/system");
        try (StoreSession session = open()) {
            bringIn(session, first);
            bringIn(session, second);
            session.addRoot(link, first.path());
            session.addRoot(link, second.path());
        }
        assertThat(Files.readSymbolicLink(link)).hasToString(second.path().toString());
        assertThat(store.directory().resolve("roots").toFile().list()).containsExactly("system");
        store.collectGarbage();
        assertThat(store.isValid(first.path())).isTrue();
        assertThat(store.isValid(second.path())).isTrue();

        Files.delete(link);
        store.collectGarbage();
        assertThat(store.isValid(second.path())).isFalse();
    }

    @Test
    void refusesRootWhereFileIsInTheWay() throws Exception {
        TestPath path = file("rooted", 10);
        Path link = Files.writeString(store.directory().resolve("notes"), "mine");
        StoreSession session = open();
        bringIn(session, path);
        assertThatThrownBy(() -> session.addRoot(link, path.path()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not a symbolic link");
        assertThat(link).hasContent("mine");
    }

    @Test
    void refusesRootOfInvalidPath() throws Exception {
        Path link = store.directory().resolve("root");
        StoreSession session = open();
        assertThatThrownBy(() -> session.addRoot(link, file("absent", 1).path()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not valid");
        assertThat(link).doesNotExist();
    }

    @Test
    void streamThatFailsMidwayLeavesNothing() throws Exception {
        TestPath path = file("broken", 2_000_000);
        var failure = new IOException("the cache went away");
        StoreSession session = open(daemon().lanes(1));
        assertLaneWorks(session);
        Set<Long> daemons = daemonProcesses();
        for (int bytes : List.of(0, 200, 1_000_000)) {
            assertThatThrownBy(
                            () ->
                                    session.importPath(
                                            path.info(),
                                            ScriptedStream.failing(path.nar(), bytes, failure)))
                    .isSameAs(failure);
            assertThat(session.protectAndQueryValid(List.of(path.path()))).isEmpty();
        }
        assertThat(daemonProcesses()).as("the same connections").isEqualTo(daemons);
        bringIn(session, path);
        assertThat(session.query(path.path())).contains(path.info());
    }

    @Test
    void streamThatEndsEarlyIsTheNarsFault() throws Exception {
        TestPath path = file("short", 500_000);
        StoreSession session = open();
        assertThatThrownBy(
                        () ->
                                session.importPath(
                                        path.info(), ScriptedStream.ending(path.nar(), 400_000)))
                .isInstanceOf(NarImportException.class)
                .hasMessageContaining("ends at byte 400000");
        assertLaneWorks(session);
    }

    @Test
    void refusesBytesAfterTheNar() throws Exception {
        TestPath path = file("trailing", 100_000);
        refusedForContent(path.withNar(Arrays.copyOf(path.nar(), path.nar().length + 3)));
    }

    @Test
    void importsManySmallPaths() throws Exception {
        var paths = new ArrayList<TestPath>();
        for (int i = 0; i < 500; i++) {
            paths.add(i == 0 ? file("n0", 20) : file("n" + i, 20, paths.get(i / 2).path()));
        }
        var all = paths.stream().map(TestPath::path).collect(Collectors.toSet());
        StoreSession session = open();
        assertThat(session.protectAndQueryValid(all)).isEmpty();
        for (TestPath path : paths) {
            bringIn(session, path);
        }
        assertThat(session.protectAndQueryValid(all)).isEqualTo(all);
    }

    @Test
    void lanesImportSideBySide() throws Exception {
        TestPath slow = file("slow", 300_000);
        TestPath quick = file("quick", 300_000);
        var goOn = new CountDownLatch(1);
        StoreSession session = open(daemon().lanes(2));
        var slowImport =
                inBackground(
                        () ->
                                session.importPath(
                                        slow.info(),
                                        ScriptedStream.pausing(
                                                slow.nar(), 150_000, new CountDownLatch(1), goOn)));
        bringIn(session, quick);
        assertThat(slowImport).isNotDone();
        goOn.countDown();
        slowImport.get(60, TimeUnit.SECONDS);
        assertThat(session.query(slow.path())).contains(slow.info());
    }

    @Test
    void pathThatIsBeingImportedElsewhereIsWaitedForUpToTheLimit() throws Exception {
        TestPath path = file("locked", 300_000);
        var goOn = new CountDownLatch(1);
        var sent = new CountDownLatch(1);
        StoreSession holder = open();
        var firstImport =
                inBackground(
                        () ->
                                holder.importPath(
                                        path.info(),
                                        ScriptedStream.pausing(path.nar(), 200_000, sent, goOn)));
        assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
        awaitLock(path.path());
        StoreSession impatient = open(daemon().limits(importLimit(Duration.ofMillis(400))));
        assertThatThrownBy(() -> bringIn(impatient, path))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no progress for 400 ms")
                .hasMessageContaining("another process may be importing the same path");
        StoreSession patient = open();
        var secondImport = inBackground(() -> bringIn(patient, path));
        goOn.countDown();
        firstImport.get(60, TimeUnit.SECONDS);
        secondImport.get(60, TimeUnit.SECONDS);
        assertThat(patient.query(path.path())).contains(path.info());
    }

    /** Waits until the daemon unpacks the path, which it does once it has the lock. */
    private void awaitLock(StorePath path) throws InterruptedException {
        Path lock = Path.of(store.file(path) + ".lock");
        while (!Files.exists(lock)) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void daemonKilledMidwayFailsThatImportOnly() throws Exception {
        TestPath path = file("orphan", 2_000_000);
        StoreSession session = open(daemon().lanes(1));
        Set<Long> control = daemonProcesses();
        var halfway = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var running =
                inBackground(
                        () ->
                                session.importPath(
                                        path.info(),
                                        ScriptedStream.pausing(
                                                path.nar(), 1_000_000, halfway, goOn)));
        assertThat(halfway.await(60, TimeUnit.SECONDS)).isTrue();
        Set<Long> lane = daemonProcesses();
        lane.removeAll(control);
        assertThat(lane).hasSize(1);
        lane.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        goOn.countDown();
        assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e -> assertThat(e.sessionLost()).as("session lost").isFalse())
                .hasMessageContaining("could not import " + path.path())
                .hasMessageContaining("exit code 137");
        assertThat(session.protectAndQueryValid(List.of(path.path()))).isEmpty();
        bringIn(session, path);
        assertThat(session.query(path.path())).contains(path.info());
    }

    @Test
    void interruptionEndsImportPromptly() throws Exception {
        TestPath path = file("interrupted", 2_000_000);
        StoreSession holder = open();
        var goOn = new CountDownLatch(1);
        var held =
                inBackground(
                        () ->
                                holder.importPath(
                                        path.info(),
                                        ScriptedStream.pausing(
                                                path.nar(),
                                                1_000_000,
                                                new CountDownLatch(1),
                                                goOn)));
        awaitLock(path.path());
        StoreSession session = open();
        var halfway = new CountDownLatch(1);
        var outcome = new CompletableFuture<Throwable>();
        var thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        session.importPath(
                                                path.info(),
                                                ScriptedStream.pausing(
                                                        path.nar(),
                                                        50_000,
                                                        halfway,
                                                        new CountDownLatch(0)));
                                        outcome.complete(new AssertionError("imported"));
                                    } catch (Throwable e) {
                                        outcome.complete(e);
                                    }
                                });
        assertThat(halfway.await(60, TimeUnit.SECONDS)).isTrue();
        long start = System.nanoTime();
        thread.interrupt();
        assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        goOn.countDown();
        held.get(60, TimeUnit.SECONDS);
    }

    @Test
    void closingLeavesNoProcess() throws Exception {
        Set<Long> before = daemonProcesses();
        StoreSession session = open();
        bringIn(session, file("one", 10));
        assertThat(daemonProcesses()).hasSizeGreaterThan(before.size());
        session.close();
        session.close();
        assertThat(daemonProcesses()).isEqualTo(before);
        assertThatThrownBy(() -> bringIn(session, file("two", 10)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void closingEndsImportUnderWay() throws Exception {
        TestPath path = file("closed", 2_000_000);
        var halfway = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        StoreSession session = open();
        var running =
                inBackground(
                        () ->
                                session.importPath(
                                        path.info(),
                                        ScriptedStream.pausing(
                                                path.nar(), 1_000_000, halfway, goOn)));
        assertThat(halfway.await(60, TimeUnit.SECONDS)).isTrue();
        session.close();
        goOn.countDown();
        assertThatThrownBy(() -> running.get(60, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("closed meanwhile");
        assertThat(store.isValid(path.path())).isFalse();
    }

    @Test
    void saysWhyStoreCannotBeOpened() throws Exception {
        Path notADirectory = Files.writeString(store.directory().resolve("file"), "");
        var target =
                new DaemonTarget.Stdio(
                        nix.command("nix-daemon"), Optional.of(notADirectory.toString()), Map.of());
        assertThatThrownBy(() -> DaemonStore.at(target).build().openSession())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("nix-daemon --stdio --store " + notADirectory)
                .hasMessageMatching("(?si).*not a directory.*");
    }

    private static DaemonLimits importLimit(Duration limit) {
        return new DaemonLimits(
                DaemonLimits.DEFAULT.connect(),
                DaemonLimits.DEFAULT.request(),
                limit,
                DaemonLimits.DEFAULT.winding());
    }

    private static Set<Long> daemonProcesses() {
        return ProcessHandle.current()
                .children()
                .map(ProcessHandle::pid)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Something of a test that runs beside it. */
    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> inBackground(Step step) {
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                step.run();
                                done.complete(null);
                            } catch (Throwable e) {
                                done.completeExceptionally(e);
                            }
                        });
        return done;
    }
}
