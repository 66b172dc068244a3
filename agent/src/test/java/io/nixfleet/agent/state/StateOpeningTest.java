package io.nixfleet.agent.state;

import static io.nixfleet.agent.state.Samples.CLOCK;
import static io.nixfleet.agent.state.Samples.deployment;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.state.StateException.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies where the database should be, and what becomes of it. */
final class StateOpeningTest {
    private static final String STAMP = "20260504T030201.123Z";

    private final Path directory;
    private final Path file;

    StateOpeningTest(@TempDir Path directory) {
        this.directory = directory;
        file = directory.resolve("state.db");
    }

    @Test
    void createsDirectoryAndFilesForTheirOwnerOnly() throws Exception {
        Path nested = directory.resolve("a/b/state.db");
        try (StateStore store = Samples.open(nested)) {
            store.note("a", "b");

            assertThat(mode(directory.resolve("a/b"))).isEqualTo("rwx------");
            assertThat(mode(directory.resolve("a"))).isEqualTo("rwx------");
            assertThat(mode(nested)).isEqualTo("rw-------");
            assertThat(mode(nested.resolveSibling("state.db-wal"))).isEqualTo("rw-------");
        }
    }

    @Test
    void takesTheFileFromOthers() throws Exception {
        Samples.open(file).close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        Samples.open(file).close();

        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void beginsInAnEmptyFile() throws Exception {
        Files.createFile(file);

        try (StateStore store = Samples.open(file)) {
            store.save(deployment("a"));
        }
        assertThat(files()).containsExactly("state.db");
    }

    @Test
    void takesAPathWithCharactersThatUrlsGiveAMeaning() throws Exception {
        Path odd = directory.resolve("a b?c=d#e%20é&mode=memory/state.db");
        try (StateStore store = Samples.open(odd)) {
            store.save(deployment("a"));
        }

        assertThat(odd).isRegularFile();
        try (StateStore store = Samples.open(odd)) {
            assertThat(store.inFlight()).isPresent();
        }
    }

    @Test
    void findsWhatWasSavedBeforeAKill() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("after")).resolve("state.db");
        try (StateStore store = Samples.open(file)) {
            store.save(deployment("a"));
            store.save(deployment("a").in(Phase.APPLYING));
            // What a kill leaves: no close, no checkpoint, no shared memory.
            Files.copy(file, copy);
            Files.copy(directory.resolve("state.db-wal"), copy.resolveSibling("state.db-wal"));
        }

        try (StateStore store = Samples.open(copy)) {
            assertThat(store.inFlight()).contains(deployment("a").in(Phase.APPLYING));
        }
    }

    @Test
    void dropsATransactionThatAKillCutShort() throws Exception {
        Path copy = Files.createDirectory(directory.resolve("after")).resolve("state.db");
        try (StateStore store = Samples.open(file)) {
            store.save(deployment("a"));
            long before = Files.size(directory.resolve("state.db-wal"));
            store.save(deployment("a").in(Phase.APPLYING));
            Files.copy(file, copy);
            Path wal = copy.resolveSibling("state.db-wal");
            Files.copy(directory.resolve("state.db-wal"), wal);
            try (var channel = FileChannel.open(wal, StandardOpenOption.WRITE)) {
                channel.truncate(Files.size(wal) - 100);
            }
            assertThat(Files.size(wal)).isGreaterThan(before);
        }

        try (StateStore store = Samples.open(copy)) {
            assertThat(store.inFlight()).contains(deployment("a"));
        }
    }

    @Test
    void movesWhatIsNoDatabaseAside() throws Exception {
        Files.writeString(file, "not a database, but longer than a header: ".repeat(100));

        String notice = openWithNotice();

        assertThat(notice)
                .contains(file + " was moved aside to " + file + ".corrupt-" + STAMP)
                .contains("it is corrupt")
                .contains("A fresh one begins");
        assertThat(Files.readString(directory.resolve("state.db.corrupt-" + STAMP)))
                .startsWith("not a database");
    }

    @Test
    void movesADatabaseWithSpoiltPagesAside() throws Exception {
        try (StateStore store = Samples.open(file)) {
            for (int i = 0; i < 50; i++) {
                store.note("note-" + i, "x".repeat(500));
            }
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long page = 4096; page < Files.size(file); page += 4096) {
                channel.write(UTF_8.encode("spoilt".repeat(50)), page);
            }
        }

        assertThat(openWithNotice()).contains(".corrupt-" + STAMP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE deployment SET phase = 'dancing'",
                "UPDATE deployment SET system = '/nix/store/short'",
                "UPDATE deployment SET system = ''",
                "UPDATE deployment SET started = 'yesterday'",
                "UPDATE deployment SET id = 'a b'",
                "UPDATE deployment SET cache_url = '://'",
                "UPDATE history SET outcome = 'shrugged'",
                "UPDATE refusal SET since = ''",
                "UPDATE outbox SET report = '{}'",
                "UPDATE outbox SET report = 'junk'",
                "UPDATE outbox SET kind = 'gossip'",
                "DROP TABLE outbox",
                "DROP TABLE note",
            })
    void movesRowsThatNobodyWroteAside(String damage) throws Exception {
        try (StateStore store = Samples.open(file)) {
            store.save(deployment("a"));
            store.finish(Samples.ended("b"), Samples.NOW);
            store.refuse(new Refusal(Samples.system(1), "", Samples.NOW));
            store.enqueue(Samples.report(OutgoingReport.Kind.VERDICT, "m"));
        }
        execute(file, damage);

        assertThat(openWithNotice()).contains(".corrupt-" + STAMP);
    }

    @Test
    void movesADatabaseOfANewerAgentAside() throws Exception {
        Samples.open(file).close();
        execute(file, "PRAGMA user_version = 99");

        assertThat(openWithNotice())
                .contains(".newer-" + STAMP)
                .contains("version 99, from a newer agent; this one knows up to " + Schema.VERSION);
    }

    @Test
    void movesTheDatabaseOfTheFormerAgentAsideWithItsLog() throws Exception {
        Path before = Files.createDirectory(directory.resolve("v0.1")).resolve("state.db");
        try (Connection connection = connect(before)) {
            run(connection, "PRAGMA journal_mode = WAL");
            run(connection, "CREATE TABLE generations (id INTEGER PRIMARY KEY, hash TEXT)");
            run(connection, "INSERT INTO generations (hash) VALUES ('kept')");
            for (String suffix : List.of("", "-wal")) {
                Files.copy(
                        before.resolveSibling("state.db" + suffix),
                        directory.resolve("state.db" + suffix));
            }
        }

        assertThat(openWithNotice()).contains(".foreign-" + STAMP).contains("v0.1 agent");

        Path aside = directory.resolve("state.db.foreign-" + STAMP);
        try (Connection connection = connect(aside);
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT hash FROM generations")) {
            assertThat(rows.getString(1)).isEqualTo("kept");
        }
    }

    @Test
    void movesADatabaseWithTheIdOfAnotherProgramAside() throws Exception {
        execute(file, "PRAGMA application_id = 1");

        assertThat(openWithNotice()).contains(".foreign-" + STAMP);
    }

    @Test
    void keepsEveryFileThatWasMovedAside() throws Exception {
        for (int i = 0; i < 3; i++) {
            Files.writeString(file, "junk " + i + " ".repeat(2000));
            openWithNotice();
        }

        assertThat(files())
                .containsExactlyInAnyOrder(
                        "state.db",
                        "state.db.corrupt-" + STAMP,
                        "state.db.corrupt-" + STAMP + ".2",
                        "state.db.corrupt-" + STAMP + ".3");
    }

    @Test
    void worksAfterMovingAside() throws Exception {
        Files.writeString(file, "junk".repeat(1000));
        try (StateStore store = StateStore.open(file, CLOCK).store()) {
            store.save(deployment("a"));
        }

        try (StateStore store = Samples.open(file)) {
            assertThat(store.inFlight()).contains(deployment("a"));
        }
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void saysThatTheDirectoryCannotBeWritten() {
        // Not even root can create anything there.
        Path readOnly = Path.of("/proc/self/state.db");

        assertThatThrownBy(() -> StateStore.open(readOnly, CLOCK))
                .isInstanceOfSatisfying(
                        StateException.class,
                        e -> assertThat(e.problem()).isEqualTo(Problem.NOT_WRITABLE))
                .hasMessageContaining("state database /proc/self/state.db: cannot create it")
                .hasMessageContaining("make the file and its directory the agent's own");
    }

    @Test
    void saysWhatIsInTheWay() throws Exception {
        Files.createDirectory(file);
        assertThatThrownBy(() -> StateStore.open(file, CLOCK))
                .isInstanceOf(StateException.class)
                .hasMessageContaining(file + " is in the way");

        Path plain = Files.createFile(directory.resolve("plain"));
        assertThatThrownBy(() -> StateStore.open(plain.resolve("state.db"), CLOCK))
                .isInstanceOf(StateException.class)
                .hasMessageContaining("plain");
    }

    @Test
    void saysThatNoSpaceIsLeftAndKeepsWhatWasThere() throws Exception {
        Samples.open(file).close();
        Database database = Database.connect(file);
        try (var store = new StateStore(database, StateLock.take(file))) {
            store.save(deployment("a"));
            // SQLite's own bound of a file gives the same error as a full disk.
            int pages = database.read("count", session -> session.number("PRAGMA page_count"));
            database.read("bound", session -> session.number("PRAGMA max_page_count = " + pages));

            assertThatThrownBy(() -> store.note("big", "x".repeat(1_000_000)))
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.problem()).isEqualTo(Problem.NO_SPACE))
                    .hasMessageContaining(file + ": cannot write a note: no space is left")
                    .hasMessageContaining("make room");
            assertThat(store.inFlight()).contains(deployment("a"));
            assertThat(store.note("big")).isEmpty();
        }
    }

    @Test
    void keepsASecondAgentOutAndTouchesNothing() throws Exception {
        try (StateStore store = Samples.open(file)) {
            store.save(deployment("a"));

            assertThatThrownBy(() -> StateStore.open(file, CLOCK))
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.problem()).isEqualTo(Problem.LOCKED))
                    .hasMessageContaining("another agent has locked " + file + ".lock")
                    .hasMessageContaining("end the other agent");
            store.save(deployment("a").in(Phase.APPLYING));
        }
        assertThat(mode(directory.resolve("state.db.lock"))).isEqualTo("rw-------");
        Samples.open(file).close();
    }

    @Test
    void saysThatAnotherProcessHoldsTheDatabase() throws Exception {
        Samples.open(file).close();
        try (Connection other = connect(file);
                StateStore store = Samples.open(file)) {
            run(other, "BEGIN IMMEDIATE");

            assertThatThrownBy(() -> store.note("a", "b"))
                    .isInstanceOfSatisfying(
                            StateException.class,
                            e -> assertThat(e.problem()).isEqualTo(Problem.LOCKED))
                    .hasMessageContaining("another process holds it");
            run(other, "ROLLBACK");
            store.note("a", "b");
        }
    }

    private String openWithNotice() {
        StateStore.Opened opened = StateStore.open(file, CLOCK);
        try (StateStore store = opened.store()) {
            assertThat(store.inFlight()).isEmpty();
            return opened.notice().orElseThrow();
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> !name.equals("state.db.lock"))
                    .toList();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = connect(file)) {
            run(connection, sql);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
