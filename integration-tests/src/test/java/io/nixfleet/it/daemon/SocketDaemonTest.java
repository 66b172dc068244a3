package io.nixfleet.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.nix.TestPath;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.NarImportException.Reason;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Over the socket of a daemon that runs for all, as a trusted user and as any other. */
@Timeout(120)
class SocketDaemonTest {
    private final Random random = new Random();
    private final SecretKey key = SecretKey.generate("fleet-1", random);
    private final List<AutoCloseable> opened = new ArrayList<>();

    static Stream<NixInstallation> installations() {
        return Stream.of(
                NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable resource : opened.reversed()) {
            resource.close();
        }
    }

    /** Starts a daemon on a fresh store. */
    private DaemonStore.Builder daemon(NixInstallation nix, String... config) throws Exception {
        ChrootStore store = nix.newStore();
        opened.add(store);
        // Workers that make a new store at the same time trip over each other.
        store.collectGarbage();
        Path socket = store.directory().resolve("socket");
        var builder =
                new ProcessBuilder(
                        nix.command("nix-daemon", "--store", store.directory().toString()));
        builder.environment().put("NIX_DAEMON_SOCKET_PATH", socket.toString());
        builder.environment().put("NIX_CONFIG", String.join("\n", config));
        File log = store.directory().resolve("daemon.log").toFile();
        Process daemon = builder.redirectErrorStream(true).redirectOutput(log).start();
        opened.add(() -> end(daemon));
        awaitSocket(socket, daemon, log);
        String selected =
                new StoreSelection(
                                List.of("nix-daemon"),
                                Map.of("NIX_DAEMON_SOCKET_PATH", socket.toString()))
                        .parse("auto")
                        .describe();
        assertThat(selected).isEqualTo("the Nix daemon at " + socket);
        return DaemonStore.at(new DaemonTarget.Socket(socket));
    }

    private static void end(Process daemon) throws InterruptedException {
        List<ProcessHandle> workers = daemon.descendants().toList();
        daemon.destroy();
        workers.forEach(ProcessHandle::destroyForcibly);
        if (!daemon.waitFor(10, TimeUnit.SECONDS)) {
            daemon.destroyForcibly();
        }
    }

    private static void awaitSocket(Path socket, Process daemon, File log)
            throws InterruptedException {
        while (!listens(socket)) {
            assertThat(daemon.isAlive()).as(() -> read(log)).isTrue();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static boolean listens(Path socket) {
        try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static String read(File log) {
        try {
            return Files.readString(log.toPath());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private StoreSession open(DaemonStore.Builder builder) throws Exception {
        StoreSession session = builder.build().openSession();
        opened.add(session);
        return session;
    }

    private TestPath file(int size) {
        var content = new byte[size];
        random.nextBytes(content);
        return TestPath.file("served", content, List.of(), key, random);
    }

    private List<String> ownKey() {
        return List.of(key.publicKey().toString());
    }

    @ParameterizedTest
    @MethodSource("installations")
    void trustedUserImportsWithKeysOfItsOwn(NixInstallation nix) throws Exception {
        StoreSession session = open(daemon(nix).extraTrustedKeys(ownKey()));
        for (int size : List.of(10, 5_000_000)) {
            TestPath path = file(size);
            assertThat(session.protectAndQueryValid(List.of(path.path()))).isEmpty();
            session.importPath(path.info(), path.stream());
            assertThat(session.query(path.path())).contains(path.info());
        }
    }

    @ParameterizedTest
    @MethodSource("installations")
    void otherUserImportsWhatKeysOfTheDaemonSigned(NixInstallation nix) throws Exception {
        StoreSession session =
                open(
                        daemon(
                                nix,
                                "trusted-users = nobody",
                                "trusted-public-keys = " + key.publicKey()));
        TestPath path = file(300_000);
        session.importPath(path.info(), path.stream());
        assertThat(session.query(path.path())).contains(path.info());
    }

    @ParameterizedTest
    @MethodSource("installations")
    void otherUserIsToldThatItsKeysDoNotCount(NixInstallation nix) throws Exception {
        StoreSession session =
                open(daemon(nix, "trusted-users = nobody").extraTrustedKeys(ownKey()));
        TestPath path = file(300_000);
        var refusal =
                catchThrowableOfType(
                        NarImportException.class,
                        () -> session.importPath(path.info(), path.stream()));
        assertThat(refusal.reason()).isEqualTo(Reason.SIGNATURE);
        assertThat(refusal)
                .hasMessageContaining(path.path().toString())
                .hasMessageContaining("signed by fleet-1")
                .hasMessageContaining("trusted-users");
        assertThat(session.query(path.path())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("installations")
    void interruptionEndsImportPromptly(NixInstallation nix) throws Exception {
        StoreSession session = open(daemon(nix).extraTrustedKeys(ownKey()));
        TestPath path = file(1_000_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> session.importPath(path.info(), path.stream()))
                .isInstanceOf(InterruptedException.class);
        session.importPath(path.info(), path.stream());
        assertThat(session.query(path.path())).contains(path.info());
    }

    @ParameterizedTest
    @MethodSource("installations")
    void daemonThatIsGoneIsSaidSo(NixInstallation nix) throws Exception {
        DaemonStore store = daemon(nix).build();
        StoreSession session = store.openSession();
        opened.removeLast().close();
        assertThatThrownBy(() -> session.query(file(1).path()))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.sessionLost()).isTrue());
        assertThatThrownBy(store::openSession)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("could not connect with the Nix daemon at ")
                .hasMessageContaining("nix-daemon.socket");
        session.close();
    }
}
