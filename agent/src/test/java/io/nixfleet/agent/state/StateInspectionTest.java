package io.nixfleet.agent.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.state.StateInspection.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at the database, and that nothing of it stays. */
final class StateInspectionTest {
    private final Path directory;
    private final Path file;

    StateInspectionTest(@TempDir Path directory) {
        this.directory = directory;
        file = directory.resolve("state.db");
    }

    /** Every file, with what is in it. */
    private Map<String, String> files() throws IOException {
        var files = new TreeMap<String, String>();
        try (Stream<Path> found = Files.list(directory)) {
            for (Path one : found.toList()) {
                files.put(
                        one.getFileName().toString(),
                        java.util.HexFormat.of().formatHex(Files.readAllBytes(one)));
            }
        }
        return files;
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void findsNothing() throws Exception {
        assertThat(StateInspection.of(file)).isEqualTo(new Found.Nothing());
        assertThat(files()).isEmpty();
        Files.createFile(file);
        assertThat(StateInspection.of(file)).isEqualTo(new Found.Nothing());
    }

    @Test
    void looksAtOneThatNobodyHasAndLeavesItAsItIs() throws Exception {
        Samples.open(file).close();
        Map<String, String> before = files();

        assertThat(StateInspection.of(file)).isEqualTo(new Found.Usable(Schema.VERSION));

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void looksAtOneThatAnAgentWritesAndIsNotInItsWay() throws Exception {
        try (StateStore store = Samples.open(file)) {
            store.note("a", "b");

            assertThat(StateInspection.of(file)).isEqualTo(new Found.Usable(Schema.VERSION));

            store.note("a", "c");
            assertThat(store.note("a")).contains("c");
        }
    }

    @Test
    void seesDamage() throws Exception {
        Samples.open(file).close();
        byte[] bytes = Files.readAllBytes(file);
        java.util.Arrays.fill(bytes, 100, bytes.length, (byte) 'x');
        Files.write(file, bytes);
        Map<String, String> before = files();

        assertThat(StateInspection.of(file)).isInstanceOf(Found.Unusable.class);

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void seesWhatIsNoDatabase() throws Exception {
        Files.writeString(file, "junk ".repeat(1000));
        assertThat(StateInspection.of(file)).isEqualTo(new Found.Unusable("it is corrupt"));
    }

    @Test
    void seesThatItIsOfANewerAgentOrAnotherProgram() throws Exception {
        Samples.open(file).close();
        run("PRAGMA user_version = 99");
        assertThat(StateInspection.of(file))
                .isInstanceOfSatisfying(
                        Found.Unusable.class,
                        unusable -> assertThat(unusable.why()).contains("from a newer agent"));
        run("PRAGMA application_id = 7");
        assertThat(StateInspection.of(file))
                .isInstanceOfSatisfying(
                        Found.Unusable.class,
                        unusable -> assertThat(unusable.why()).contains("another program"));
    }

    @Test
    void cannotLookIntoADirectory() throws Exception {
        Files.createDirectory(file);
        assertThat(StateInspection.of(file)).isInstanceOf(Found.Unreadable.class);
    }
}
