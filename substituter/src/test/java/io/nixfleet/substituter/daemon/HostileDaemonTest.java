package io.nixfleet.substituter.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.FakeDaemon.Behaviour;
import io.nixfleet.substituter.daemon.wire.DaemonMessage.Tag;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a daemon does, we end in time, with a message, and with bounded memory. */
@Timeout(30)
class HostileDaemonTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final StorePath PATH =
            StorePath.ofBaseName(StoreDir.NIX_STORE, "0".repeat(32) + "-hello");

    @TempDir Path directory;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
    }

    private FakeDaemon daemon(Behaviour behaviour) throws IOException {
        var daemon = new FakeDaemon(directory, behaviour);
        opened.add(daemon);
        return daemon;
    }

    private StoreSession open(FakeDaemon daemon) throws Exception {
        return open(daemon, new DaemonLimits(SHORT, SHORT, SHORT, SHORT));
    }

    private StoreSession open(FakeDaemon daemon, DaemonLimits limits) throws Exception {
        StoreSession session =
                DaemonStore.at(daemon.target()).lanes(1).limits(limits).build().openSession();
        opened.add(session);
        return session;
    }

    private void refusesToOpen(Behaviour behaviour, String... reasons) throws Exception {
        FakeDaemon daemon = daemon(behaviour);
        assertThatThrownBy(() -> open(daemon))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.sessionLost()).isTrue())
                .hasMessageContaining("could not connect with the Nix daemon at " + directory)
                .hasMessageContainingAll(reasons);
    }

    private static byte[] nar(int contentLength) {
        var nar = new ByteArrayOutputStream();
        for (String token : List.of("nix-archive-1", "(", "type", "regular", "contents")) {
            token(nar, token.getBytes(StandardCharsets.UTF_8));
        }
        token(nar, new byte[contentLength]);
        token(nar, ")".getBytes(StandardCharsets.UTF_8));
        return nar.toByteArray();
    }

    private static void token(ByteArrayOutputStream nar, byte[] bytes) {
        nar.writeBytes(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(bytes.length)
                        .array());
        nar.writeBytes(bytes);
        nar.writeBytes(new byte[-bytes.length & 7]);
    }

    private static void importNar(StoreSession session, byte[] nar) throws Exception {
        importNar(session, nar, new ByteArrayInputStream(nar));
    }

    private static void importNar(StoreSession session, byte[] nar, InputStream stream)
            throws Exception {
        session.importPath(
                new PathInfo(
                        PATH,
                        Optional.empty(),
                        NixHash.compute(HashAlgorithm.SHA256, nar),
                        nar.length,
                        List.of(),
                        List.of(),
                        Optional.empty()),
                stream);
    }

    @Test
    void refusesDaemonThatHangsUpAtOnce() throws Exception {
        refusesToOpen(peer -> {}, "closed the connection ahead of the handshake", "allowed-users");
    }

    @Test
    void refusesHandshakeCutShort() throws Exception {
        refusesToOpen(
                peer -> {
                    peer.in().u64("magic");
                    peer.out().u64(0x6478696f).flush();
                },
                "closed the connection ahead of the daemon's protocol version");
    }

    @Test
    void refusesSomethingThatIsNoDaemon() throws Exception {
        refusesToOpen(
                peer -> peer.out().string("HTTP/1.1 400 Bad Request").flush(),
                "it is not a Nix daemon");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x10a, 0x116, 0x205})
    void refusesProtocolItDoesNotSpeak(int version) throws Exception {
        refusesToOpen(
                peer -> peer.out().u64(0x6478696f).u64(version).flush(),
                "it speaks worker protocol " + (version >> 8) + "." + (version & 0xff),
                "Nix 2.4 and later");
    }

    @Test
    void refusesErrorAsGreeting() throws Exception {
        refusesToOpen(
                peer -> {
                    peer.out().u64(0x6478696f).u64(0x125).string("2.34").u64(1);
                    peer.error("\u001b[31muser 'x' is not allowed\u001b[0m to connect");
                },
                "user 'x' is not allowed to connect");
    }

    @Test
    void refusesDaemonThatNeverAnswers() throws Exception {
        refusesToOpen(FakeDaemon.Peer::hang, "made no progress for 300 ms");
    }

    @Test
    void saysThatNoDaemonListens() {
        var nowhere = new DaemonTarget.Socket(directory.resolve("nothing"));
        assertThatThrownBy(() -> DaemonStore.at(nowhere).build().openSession())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("there is no such socket; is nix-daemon.socket running?");
    }

    @Test
    void saysThatProgramCannotBeStarted() {
        var target =
                new DaemonTarget.Stdio(
                        List.of("/nonexistent/nix-daemon"), Optional.empty(), Map.of());
        assertThatThrownBy(() -> DaemonStore.at(target).build().openSession())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("'/nonexistent/nix-daemon --stdio'")
                .hasMessageContaining("is Nix installed");
    }

    @Test
    void saysWhatProgramSaidBeforeItFailed() {
        var target =
                new DaemonTarget.Stdio(
                        List.of("/bin/sh", "-c", "echo out of order >&2; exit 7"),
                        Optional.empty(),
                        Map.of());
        assertThatThrownBy(() -> DaemonStore.at(target).build().openSession())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("it ended with exit code 7 and said: out of order");
    }

    @Test
    void endsProgramThatNeverAnswersAndItsChildren() {
        var target =
                new DaemonTarget.Stdio(
                        List.of("/bin/sh", "-c", "sleep 1000 & sleep 1000; true"),
                        Optional.empty(),
                        Map.of());
        var limits = new DaemonLimits(SHORT, SHORT, SHORT, SHORT);
        assertThatThrownBy(() -> DaemonStore.at(target).limits(limits).build().openSession())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("made no progress for 300 ms");
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void speaksOldProtocol() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet(0x117);
                                    peer.nextOther();
                                    peer.in().string("path", 4096);
                                    peer.out().u64(Tag.ERROR).string("too old").u64(1).flush();
                                    peer.nextOther();
                                }));
        assertThatThrownBy(() -> session.query(PATH))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.sessionLost()).isFalse())
                .hasMessageContaining("too old");
    }

    @Test
    void refusesGiantAnswer() throws Exception {
        losesSessionAtQuery(
                peer -> peer.done().u64(1).u64(Long.MAX_VALUE).flush(),
                "the length of a deriver is " + Long.MAX_VALUE);
    }

    @Test
    void refusesAnswerThatIsNoMessage() throws Exception {
        losesSessionAtQuery(
                peer -> peer.out().u64(0x42).flush(), "0x42 is not the tag of any message");
    }

    @Test
    void refusesPathsThatNobodyAskedFor() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.in().strings("paths", 10, 4096);
                                    peer.in().u64("substitute");
                                    peer.done().strings(List.of("/nix/store/evil")).flush();
                                    peer.hang();
                                }));
        assertThatThrownBy(() -> session.protectAndQueryValid(List.of(PATH)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("that nobody asked for");
    }

    @Test
    void endsLogWithoutEnd() throws Exception {
        String line = "x".repeat(1 << 20);
        losesSessionAtQuery(
                peer -> {
                    while (true) {
                        peer.out().u64(Tag.NEXT).string(line).flush();
                    }
                },
                "MiB of log and no reply");
    }

    @Test
    void limitsTimeOfAnswer() throws Exception {
        losesSessionAtQuery(FakeDaemon.Peer::hang, "made no progress for 300 ms");
    }

    @Test
    void showsLogOfDaemonThatDies() throws Exception {
        losesSessionAtQuery(
                peer -> peer.out().u64(Tag.NEXT).string("\u001b[31mdisk on fire\u001b[0m").flush(),
                "closed the connection",
                "its log ended with:\ndisk on fire");
    }

    private void losesSessionAtQuery(Behaviour behaviour, String... reasons) throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    behaviour.run(peer);
                                }));
        assertThatThrownBy(() -> session.query(PATH))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.sessionLost()).isTrue())
                .hasMessageContaining("could not query " + PATH)
                .hasMessageContainingAll(reasons);
        assertThatThrownBy(() -> session.query(PATH))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void errorSaidTwiceIsNotTakenForTheNextAnswer() throws Exception {
        FakeDaemon daemon =
                daemon(
                        peer -> {
                            peer.greet();
                            peer.nextOther();
                            peer.takeImport();
                            peer.error("invalid store path");
                            peer.error("invalid store path");
                        });
        var session = open(daemon);
        for (int round = 0; round < 2; round++) {
            assertThatThrownBy(() -> importNar(session, nar(8)))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.sessionLost()).isFalse())
                    .hasMessageContaining("refused to import")
                    .hasMessageContaining("invalid store path");
        }
        assertThat(daemon.accepted()).as("control and a fresh lane each time").isEqualTo(3);
    }

    @Test
    void givesUpWhenLanesBreakAgainAndAgain() throws Exception {
        var first = new AtomicBoolean(true);
        var session =
                open(
                        daemon(
                                peer -> {
                                    if (first.getAndSet(false)) {
                                        peer.greet();
                                        peer.nextOther();
                                    }
                                }));
        var lost = new ArrayList<Boolean>();
        for (int round = 0; round < 5; round++) {
            assertThatThrownBy(() -> importNar(session, nar(8)))
                    .isInstanceOfSatisfying(StoreException.class, e -> lost.add(e.sessionLost()));
        }
        assertThat(lost).containsExactly(false, false, false, false, true);
    }

    @Test
    void errorSaidWhileNarIsStillSentIsTold() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.takeImportRequest();
                                    peer.error("no space left on device");
                                }));
        assertThatThrownBy(() -> importNar(session, nar(8 << 20)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no space left on device");
    }

    @Test
    void daemonThatStopsTakingTheNarIsLeftInTime() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.takeImportRequest();
                                    Delay.ofSeconds(20);
                                }));
        assertThatThrownBy(() -> importNar(session, nar(8 << 20)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("could not import " + PATH)
                .hasMessageContaining("made no progress for 300 ms");
    }

    @Test
    void talkativeDaemonDoesNotBlockTheNar() throws Exception {
        String line = "y".repeat(1000);
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.takeImportRequest();
                                    for (int i = 0; i < 2000; i++) {
                                        peer.out().u64(Tag.NEXT).string(line);
                                    }
                                    peer.out().flush();
                                    long frame = peer.in().u64("frame");
                                    while (frame != 0) {
                                        peer.takeBytes(frame);
                                        frame = peer.in().u64("frame");
                                    }
                                    peer.done();
                                    peer.hang();
                                }));
        importNar(session, nar(4 << 20));
    }

    @Test
    void waitingForTheNarIsNotTheDaemonsDelay() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.takeImport();
                                    peer.done();
                                    peer.hang();
                                }));
        byte[] nar = nar(100_000);
        var slow =
                new ByteArrayInputStream(nar) {
                    private boolean waited;

                    @Override
                    public synchronized int read(byte[] target, int offset, int length) {
                        if (!waited) {
                            waited = true;
                            Delay.ofSeconds(1);
                        }
                        return super.read(target, offset, length);
                    }
                };
        importNar(session, nar, slow);
    }

    @Test
    void streamsOwnFailureIsRethrownThoughDaemonHangs() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.hang();
                                }));
        var failure = new IOException("the cache went away");
        var broken =
                new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw failure;
                    }

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        throw failure;
                    }
                };
        assertThatThrownBy(() -> importNar(session, nar(8), broken)).isSameAs(failure);
    }

    @Test
    void malformedArchiveNeverReachesTheDaemon() throws Exception {
        var refusedByDaemon = new CompletableFuture<Void>();
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    peer.takeImport();
                                    refusedByDaemon.complete(null);
                                    peer.error("reached end of FramedSource");
                                    peer.nextOther();
                                }));
        byte[] nar = nar(8);
        nar[4] ^= 0x40;
        assertThatThrownBy(() -> importNar(session, nar))
                .isInstanceOf(NarImportException.class)
                .hasMessageContaining(PATH.toString());
        refusedByDaemon.get(10, TimeUnit.SECONDS);
    }

    @Test
    void protectsManyPathsWithFewRoundTrips() throws Exception {
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    while (true) {
                                        peer.nextOther();
                                        peer.in().strings("paths", 5000, 4096);
                                        peer.in().u64("substitute");
                                        peer.done().strings(List.of()).flush();
                                    }
                                }));
        var paths =
                IntStream.range(0, 5000)
                        .mapToObj(
                                i ->
                                        StorePath.ofBaseName(
                                                StoreDir.NIX_STORE, "0".repeat(32) + "-path-" + i))
                        .toList();
        assertThat(session.protectAndQueryValid(paths)).isEmpty();
    }

    @Test
    void interruptionEndsQuery() throws Exception {
        var asked = new CountDownLatch(1);
        var session =
                open(
                        daemon(
                                peer -> {
                                    peer.greet();
                                    peer.nextOther();
                                    asked.countDown();
                                    peer.hang();
                                }),
                        DaemonLimits.DEFAULT);
        var outcome = new CompletableFuture<Throwable>();
        var thread =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        session.query(PATH);
                                    } catch (Throwable e) {
                                        outcome.complete(e);
                                    }
                                });
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    /** A wait for nothing, of those who are slow in these tests. */
    private static final class Delay {
        private Delay() {}

        static void ofSeconds(int seconds) {
            try {
                boolean _ = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
