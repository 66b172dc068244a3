package io.nixfleet.substituter.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.nar.NarCheckingInputStream;
import io.nixfleet.nix.narinfo.NarInfoParser;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import io.nixfleet.testing.BrokenStream;
import io.nixfleet.testing.InterruptedReading;
import io.nixfleet.testing.NarBytes;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.TestTree;
import io.nixfleet.testing.Vectors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackStoreTest {
    private static final SecretKey KEY = TestPaths.key("fleet-1");

    @TempDir private Path root;

    @Test
    void makesAClosureValidAndKeepsItsContent() throws Exception {
        var closure = TestClosure.random(Seeds.random(7), 40, KEY);
        try (StoreSession session = store().openSession()) {
            List<StorePath> paths =
                    closure.members().stream().map(TestClosure.Member::path).toList();
            assertThat(session.protectAndQueryValid(paths)).isEmpty();

            for (var member : closure.members()) {
                importMember(session, member);
            }

            assertThat(session.protectAndQueryValid(paths)).containsExactlyElementsOf(paths);
            for (var member : closure.members()) {
                assertThat(session.query(member.path())).contains(member.info());
                assertThat(dump(files(member.path()))).isEqualTo(member.nar());
            }
        }
        assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"executable", "empty-file", "empty-dir", "symlink", "dir", "tree", "deep"})
    void unpacksWhatNixDumped(String name) throws Exception {
        byte[] nar = Vectors.bytes("nar/" + name + ".nar");
        PathInfo info = info(nar);

        importNar(info, nar);

        assertThat(dump(files(info.path()))).isEqualTo(nar);
    }

    @Test
    void givesModesAndTimesThatNixGives() throws Exception {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        PathInfo info = info(nar);

        importNar(info, nar);

        Path files = files(info.path());
        assertThat(mode(files)).isEqualTo("r-xr-xr-x");
        assertThat(mode(files.resolve("bin"))).isEqualTo("r-xr-xr-x");
        assertThat(mode(files.resolve("bin/hi"))).isEqualTo("r-xr-xr-x");
        assertThat(mode(files.resolve("lib/f1"))).isEqualTo("r--r--r--");
        try (Stream<Path> nodes = Files.walk(files)) {
            assertThat(nodes)
                    .allSatisfy(
                            node ->
                                    assertThat(
                                                    Files.getLastModifiedTime(
                                                            node, LinkOption.NOFOLLOW_LINKS))
                                            .isEqualTo(FileTime.fromMillis(1000)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a//b", "a/", "//a", "./a/../b", "/", "é//ü", "/nix/store/x//y/"})
    void keepsTargetsOfSymbolicLinksAsTheyAre(String target) throws Exception {
        byte[] nar = new TestTree.Symlink(target).toNar();
        PathInfo info = info(nar);

        importNar(info, nar);

        assertThat(dump(files(info.path()))).isEqualTo(nar);
    }

    @Test
    void keepsTargetsThatAreNoText() throws Exception {
        byte[] nar = NarBytes.of("(", "type", "symlink", "target", "a\u00e9\u00ff", ")");
        PathInfo info = info(nar);

        importNar(info, nar);

        assertThat(dump(files(info.path()))).isEqualTo(nar);
    }

    @Test
    void writesTheRegistrationThatNixLoads() throws Exception {
        var closure = TestClosure.random(Seeds.random(3), 2, KEY);
        try (StoreSession session = store().openSession()) {
            for (var member : closure.members()) {
                importMember(session, member);
            }
        }
        PathInfo top = closure.top().info();

        var expected =
                new ArrayList<>(
                        List.of(
                                top.path().toString(),
                                top.narHash().toBase16(),
                                Long.toString(top.narSize()),
                                top.deriver().orElseThrow().toString(),
                                Integer.toString(top.references().size())));
        top.references().forEach(reference -> expected.add(reference.toString()));
        assertThat(root.resolve("nix/var/nixfleet/registration").resolve(top.path().baseName()))
                .hasContent(String.join("\n", expected));
    }

    @Test
    void refusesAPathBeforeItsReferences() throws Exception {
        var closure = TestClosure.random(Seeds.random(3), 2, KEY);
        StorePath missing = closure.members().getFirst().path();
        try (StoreSession session = store().openSession()) {
            assertThatThrownBy(() -> importMember(session, closure.top()))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.sessionLost()).isFalse())
                    .hasMessage(
                            "unpack:%s: cannot import %s before %s, to which it refers, is valid"
                                    .formatted(root, closure.top().path(), missing));
        }
        assertNotThere(closure.top().path());
    }

    @Test
    void refusesContentWithAnotherHash() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        byte[] other = nar.clone();
        other[232] = 'y';

        assertThatThrownBy(() -> importNar(info, other))
                .isInstanceOfSatisfying(
                        NarImportException.class, e -> assertThat(e.path()).isEqualTo(info.path()))
                .hasMessage(
                        "NAR of %s has hash %s where %s was promised"
                                .formatted(
                                        info.path(),
                                        NixHash.compute(HashAlgorithm.SHA256, other),
                                        info.narHash()));
        assertNotThere(info.path());
    }

    @Test
    void refusesANarCutAtAnyByte() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        try (StoreSession session = store().openSession()) {
            for (int kept = 0; kept < nar.length; kept++) {
                var cut = new ByteArrayInputStream(nar, 0, kept);
                assertThatThrownBy(() -> session.importPath(info, cut))
                        .isInstanceOf(NarImportException.class)
                        .hasMessageStartingWith(
                                "NAR of %s ends at byte %d ".formatted(info.path(), kept));
            }
            importNar(session, info, nar);
            assertThat(session.query(info.path())).contains(info);
        }
        assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({
        "472, NAR of %s ends at byte 472 inside a directory",
        "481, 'NAR of %s ends at byte 480, before its NarSize of 481'",
    })
    void refusesANarOfAnotherSize(long narSize, String message) throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo right = info(nar);
        PathInfo info =
                new PathInfo(
                        right.path(),
                        right.deriver(),
                        right.narHash(),
                        narSize,
                        right.references(),
                        List.of(),
                        Optional.empty());

        assertThatThrownBy(() -> importNar(info, nar))
                .isInstanceOf(NarImportException.class)
                .hasMessage(message.formatted(info.path()));
        assertNotThere(info.path());
    }

    @Test
    void refusesBytesBeyondNarSizeAndTakesOneOfThem() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        var longer = new ByteArrayInputStream(Arrays.copyOf(nar, nar.length + 5));
        try (StoreSession session = store().openSession()) {
            assertThatThrownBy(() -> session.importPath(info, longer))
                    .isInstanceOf(NarImportException.class)
                    .hasMessage(
                            "NAR of %s goes on after byte 480, its NarSize".formatted(info.path()));
        }

        assertThat(longer.available()).isEqualTo(4);
        assertNotThere(info.path());
    }

    @Test
    void refusesWhatTheCheckingStreamRefuses() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        byte[] longer = Arrays.copyOf(nar, nar.length + 8);
        try (StoreSession session = store().openSession();
                var stream =
                        new NarCheckingInputStream(
                                new ByteArrayInputStream(longer), info.path(), nar.length)) {
            assertThatThrownBy(() -> session.importPath(info, stream))
                    .isInstanceOf(NarImportException.class)
                    .hasMessage(
                            "NAR of %s goes on after byte 480, its NarSize".formatted(info.path()));
        }
        assertNotThere(info.path());
    }

    @Test
    void passesOnWhatTheStreamThrowsAndGoesOn() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        try (StoreSession session = store().openSession()) {
            assertThatThrownBy(
                            () ->
                                    session.importPath(
                                            info,
                                            new BrokenStream(
                                                    Arrays.copyOf(nar, 200), "connection reset")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("connection reset");
            importNar(session, info, nar);
            assertThat(session.query(info.path())).contains(info);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "17v1q8421r08as489kb86gjgwlq14rv6, f31",
        "a6jrm4vaialam8bhp96j6q64zyralf5l, f31",
        "l3bl6czk04x8grb63fdmhzncwbyzr0k2, f31",
        "ykjjwz2x1crslbh24f8vi85mlajyq3z8, f31",
        "pg2nm3j3sdf97c78i55cn490a25zq43q, f31",
        "dzdfval1hmw2b5wwpflcj4xl6ihwlgds, f31",
        "qyiban5iw6sd0xl4kihw5xk5vsw2fk5c, leaf",
        "spa8h6z33ar2klmiz2bnm8hm22n7y027, text",
        "4ylhfs49nkgpk9si5hq6viq9c7q0mrsx, selfref",
    })
    void comparesContentWithItsAddress(String hashPart, String nar) throws Exception {
        PathInfo info = vector(hashPart);
        byte[] right = Vectors.bytes("nar/" + nar + ".nar");
        byte[] wrong = Vectors.bytes("nar/executable.nar");
        PathInfo lie =
                new PathInfo(
                        info.path(),
                        info.deriver(),
                        NixHash.compute(HashAlgorithm.SHA256, wrong),
                        wrong.length,
                        info.references(),
                        info.signatures(),
                        info.contentAddress());
        try (StoreSession session = store().openSession()) {
            for (StorePath reference : info.references()) {
                if (!reference.equals(info.path())) {
                    PathInfo referred = vector(reference.hashPart());
                    importNar(session, referred, Vectors.bytes("nar/" + reference.name() + ".nar"));
                }
            }

            assertThatThrownBy(() -> importNar(session, lie, wrong))
                    .isInstanceOf(NarImportException.class)
                    .hasMessageContaining("its content has hash ")
                    .hasMessageContaining(
                            "not that of its content address "
                                    + info.contentAddress().orElseThrow());
            importNar(session, info, right);

            assertThat(session.query(info.path())).contains(info);
        }
    }

    @Test
    void refusesADirectoryUnderTheAddressOfAFile() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        var address = new ContentAddress(ContentAddress.Method.FLAT, info.narHash());
        PathInfo addressed =
                new PathInfo(
                        info.path(),
                        info.deriver(),
                        info.narHash(),
                        info.narSize(),
                        info.references(),
                        List.of(),
                        Optional.of(address));

        assertThatThrownBy(() -> importNar(addressed, nar))
                .isInstanceOf(NarImportException.class)
                .hasMessage(
                        "%s: its content address %s is that of a file, which it is not"
                                .formatted(info.path(), address));
    }

    @Test
    void succeedsWhenThePathIsValidAlready() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        importNar(info, nar);

        importNar(info, nar);

        assertThat(dump(files(info.path()))).isEqualTo(nar);
    }

    @Test
    void replacesFilesThatWereNeverRegistered() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        Path files = files(info.path());
        Files.createDirectories(files.resolve("half"));
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("r-xr-xr-x"));
        try (StoreSession session = store().openSession()) {
            assertThat(session.query(info.path())).isEmpty();
        }

        importNar(info, nar);

        assertThat(dump(files)).isEqualTo(nar);
        assertNothingLeft();
    }

    @ParameterizedTest
    @CsvSource({"registration, 0", "registration, 60", "details, 0", "details, 3", "details, -1"})
    void takesAPathWithDamagedRecordsForAbsentAndMendsIt(String kind, int kept) throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = TestPaths.sign(info(nar), KEY);
        importNar(info, nar);
        Path record =
                root.resolve("nix/var/nixfleet").resolve(kind).resolve(info.path().baseName());
        if (kept < 0) {
            Files.delete(record);
        } else {
            Files.writeString(record, Files.readString(record).substring(0, kept));
        }

        try (StoreSession session = store().openSession()) {
            assertThat(session.query(info.path())).isEmpty();
            importNar(session, info, nar);
            assertThat(session.query(info.path())).contains(info);
        }
    }

    @Test
    void takesAPathWhoseFilesAreGoneForAbsent() throws Exception {
        byte[] nar = Vectors.bytes("nar/empty-file.nar");
        PathInfo info = info(nar);
        importNar(info, nar);
        Files.delete(files(info.path()));

        try (StoreSession session = store().openSession()) {
            assertThat(session.query(info.path())).isEmpty();
        }
    }

    @Test
    void removesWhatDeadRunsLeftAndNothingElse() throws Exception {
        Path store = root.resolve("nix/store");
        Path dead = store.resolve(".nixfleet-unpack-1");
        Files.createDirectories(dead.resolve("1/bin"));
        Files.writeString(dead.resolve("lock"), "");
        Files.setPosixFilePermissions(
                dead.resolve("1/bin"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Path outside = Files.writeString(root.resolve("outside"), "precious");
        Files.createSymbolicLink(dead.resolve("1/link"), root);
        Files.createDirectories(store.resolve(".nixfleet-unpack-2"));
        Path other = Files.createDirectories(store.resolve("something-else"));

        try (StoreSession _ = store().openSession()) {
            assertThat(dead).doesNotExist();
            assertThat(store.resolve(".nixfleet-unpack-2")).doesNotExist();
            assertThat(outside).hasContent("precious");
            assertThat(other).exists();
        }
    }

    @Test
    void sessionsLeaveOneAnotherAlone() throws Exception {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        PathInfo info = info(nar);
        try (StoreSession first = store().openSession()) {
            var stream =
                    new InterruptedReading(
                            nar,
                            () -> {
                                for (int i = 0; i < 3; i++) {
                                    try (StoreSession second = store().openSession()) {
                                        assertThat(second.query(info.path())).isEmpty();
                                    }
                                }
                            });

            first.importPath(info, stream);

            assertThat(first.query(info.path())).contains(info);
        }
        assertThat(dump(files(info.path()))).isEqualTo(nar);
        assertNothingLeft();
    }

    @Test
    void importsOnceWhenAnotherImportsTheSamePathMeanwhile() throws Exception {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        PathInfo info = info(nar);
        try (StoreSession session = store().openSession()) {
            session.importPath(info, new InterruptedReading(nar, () -> importNar(info, nar)));
        }
        assertThat(dump(files(info.path()))).isEqualTo(nar);
        assertNothingLeft();
    }

    @Test
    void takesTheSameClosureFromManyAtOnce() throws Exception {
        var closure = TestClosure.random(Seeds.random(11), 30, KEY);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                StoreSession shared = store().openSession()) {
            var runs = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 3; i++) {
                runs.add(
                        () -> {
                            importAll(shared, closure);
                            return null;
                        });
                runs.add(
                        () -> {
                            try (StoreSession own = store().openSession()) {
                                importAll(own, closure);
                            }
                            return null;
                        });
            }
            for (Future<Void> run : executor.invokeAll(runs)) {
                run.get();
            }
        }

        for (var member : closure.members()) {
            assertThat(dump(files(member.path()))).isEqualTo(member.nar());
        }
        assertNothingLeft();
    }

    @Test
    void endsImportsWhenClosedAndLeavesNothing() throws Exception {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        PathInfo info = info(nar);
        StoreSession session = store().openSession();

        assertThatThrownBy(
                        () -> session.importPath(info, new InterruptedReading(nar, session::close)))
                .isInstanceOf(StoreException.class)
                .hasMessage("unpack:%s: the session is closed".formatted(root));

        session.close();
        assertThatThrownBy(() -> session.query(info.path())).isInstanceOf(StoreException.class);
        assertNotThere(info.path());
        assertNothingLeft();
    }

    @Test
    void endsAnImportWhoseThreadIsInterrupted() throws Exception {
        byte[] nar = Vectors.bytes("nar/tree.nar");
        PathInfo info = info(nar);
        try (StoreSession session = store().openSession()) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> importNar(session, info, nar))
                    .isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
            importNar(session, info, nar);
        }
    }

    @Test
    void linksARootToTheFiles() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        Path link = root.resolve("some/where/result");
        try (StoreSession session = store().openSession()) {
            assertThatThrownBy(() -> session.addRoot(link, info.path()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not valid, so");
            importNar(session, info, nar);

            session.addRoot(link, info.path());
            session.addRoot(link, info.path());

            assertThat(Files.readSymbolicLink(link)).isEqualTo(files(info.path()));
            try (Stream<Path> siblings = Files.list(root.resolve("some/where"))) {
                assertThat(siblings).containsExactly(link);
            }
        }
    }

    @Test
    void replacesNothingButASymbolicLinkByARoot() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        Path link = Files.writeString(root.resolve("result"), "precious");
        try (StoreSession session = store().openSession()) {
            importNar(session, info, nar);

            assertThatThrownBy(() -> session.addRoot(link, info.path()))
                    .isInstanceOf(StoreException.class)
                    .hasMessage(
                            "%s is in the way and not a symbolic link; move it or choose another link"
                                    .formatted(link));
        }
        assertThat(link).hasContent("precious");
    }

    @Test
    void refusesPathsOfAnotherStoreDirectory() throws Exception {
        var path =
                StorePath.parse(
                        new StoreDir("/gnu/store"),
                        "/gnu/store/17v1q8421r08as489kb86gjgwlq14rv6-f31");
        try (StoreSession session = store().openSession()) {
            assertThatThrownBy(() -> session.query(path))
                    .isInstanceOf(StoreException.class)
                    .hasMessage(
                            "unpack:%s holds paths of /nix/store, not %s".formatted(root, path));
        }
    }

    @Test
    void saysWhenTheDirectoryCannotBeWritten() throws Exception {
        Path file = Files.writeString(root.resolve("file"), "");
        for (Path impossible : List.of(file.resolve("x"), Path.of("/proc/self/x"))) {
            var store = new UnpackStore(impossible, StoreDir.NIX_STORE);

            assertThatThrownBy(store::openSession)
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.sessionLost()).isTrue())
                    .hasMessageStartingWith("unpack:%s: cannot open it: ".formatted(impossible))
                    .hasMessageEndingWith("; check that the directory can be written and has room");
        }
    }

    @Test
    void saysWhenItCannotBeWrittenAnyMore() throws Exception {
        byte[] nar = Vectors.bytes("nar/dir.nar");
        PathInfo info = info(nar);
        try (StoreSession session = store().openSession()) {
            try (var _ = StoreLock.acquire(root.resolve("nix/var/nixfleet/lock"))) {
                TreeRemover.remove(root.resolve("nix/store"));
            }

            assertThatThrownBy(() -> importNar(session, info, nar))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.sessionLost()).isTrue())
                    .hasMessageStartingWith(
                            "unpack:%s: cannot unpack %s: ".formatted(root, info.path()));
        }
    }

    @Test
    void refusesWhatCannotBeAFileHereAndGoesOn() throws Exception {
        var tooLong = new NarBytes().string("nix-archive-1");
        for (int i = 0; i < 20; i++) {
            tooLong.strings(
                    "(", "type", "directory", "entry", "(", "name", "n".repeat(255), "node");
        }
        tooLong.strings("(", "type", "symlink", "target", "x", ")");
        for (int i = 0; i < 20; i++) {
            tooLong.strings(")", ")");
        }
        byte[] noText =
                NarBytes.of(
                        "(",
                        "type",
                        "directory",
                        "entry",
                        "(",
                        "name",
                        "\u00ff",
                        "node",
                        "(",
                        "type",
                        "symlink",
                        "target",
                        "x",
                        ")",
                        ")",
                        ")");
        try (StoreSession session = store().openSession()) {
            for (byte[] nar : List.of(tooLong.toByteArray(), noText)) {
                PathInfo info = info(nar);
                assertThatThrownBy(() -> importNar(session, info, nar))
                        .isInstanceOfSatisfying(
                                StoreException.class, e -> assertThat(e.sessionLost()).isFalse())
                        .hasMessageStartingWith(
                                "unpack:%s: cannot unpack %s: ".formatted(root, info.path()));
                assertNotThere(info.path());
            }
            byte[] good = Vectors.bytes("nar/dir.nar");
            importNar(session, info(good), good);
        }
        assertNothingLeft();
    }

    private UnpackStore store() {
        return new UnpackStore(root, StoreDir.NIX_STORE);
    }

    private Path files(StorePath path) {
        return root.resolve("nix/store").resolve(path.baseName());
    }

    private static PathInfo info(byte[] nar) {
        return new PathInfo(
                TestPaths.path(Seeds.random(Arrays.hashCode(nar)), "x"),
                Optional.empty(),
                NixHash.compute(HashAlgorithm.SHA256, nar),
                nar.length,
                List.of(),
                List.of(),
                Optional.empty());
    }

    private static PathInfo vector(String hashPart) {
        String name = "narinfo/" + hashPart + ".narinfo";
        return NarInfoParser.parse(StoreDir.NIX_STORE, Vectors.bytes(name), name).info();
    }

    private void importNar(PathInfo info, byte[] nar) throws Exception {
        try (StoreSession session = store().openSession()) {
            importNar(session, info, nar);
        }
    }

    private static void importNar(StoreSession session, PathInfo info, byte[] nar)
            throws Exception {
        session.importPath(info, new ByteArrayInputStream(nar));
    }

    private static void importMember(StoreSession session, TestClosure.Member member)
            throws Exception {
        importNar(session, member.info(), member.nar());
    }

    private static void importAll(StoreSession session, TestClosure closure) throws Exception {
        for (var member : closure.members()) {
            importMember(session, member);
        }
    }

    private static byte[] dump(Path files) throws IOException {
        var nar = new ByteArrayOutputStream();
        TreeArchiver.dump(files, nar);
        return nar.toByteArray();
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private void assertNotThere(StorePath path) {
        assertThat(Files.exists(files(path), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve("nix/store"))) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("."));
        }
        assertThat(root.resolve("nix/var/nixfleet/registration/.unfinished")).doesNotExist();
    }
}
