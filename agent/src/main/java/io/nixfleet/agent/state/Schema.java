package io.nixfleet.agent.state;

import io.nixfleet.agent.state.UnusableDatabaseException.Kind;
import java.sql.SQLException;
import java.util.List;

/** The tables, their versions, and whether a database has them. */
final class Schema {
    /** "nxfa": tells our databases from those of other programs. */
    static final int APPLICATION_ID = 0x6e786661;

    /** Migration n leads from version n to n + 1. Those of a release are never changed. */
    private static final List<List<String>> MIGRATIONS =
            List.of(
                    List.of(
                            """
                            CREATE TABLE deployment (
                                slot INTEGER PRIMARY KEY CHECK (slot = 1),
                                id TEXT NOT NULL,
                                system TEXT NOT NULL,
                                cache_url TEXT,
                                action TEXT NOT NULL,
                                source TEXT NOT NULL,
                                started TEXT NOT NULL,
                                phase TEXT NOT NULL,
                                before_known INTEGER NOT NULL,
                                before_running TEXT,
                                before_generation INTEGER,
                                before_profile TEXT,
                                reason TEXT,
                                outcome TEXT,
                                message TEXT)
                            """,
                            """
                            CREATE TABLE history (
                                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                                id TEXT NOT NULL,
                                system TEXT NOT NULL,
                                cache_url TEXT,
                                action TEXT NOT NULL,
                                source TEXT NOT NULL,
                                started TEXT NOT NULL,
                                ended TEXT NOT NULL,
                                outcome TEXT NOT NULL,
                                message TEXT NOT NULL)
                            """,
                            """
                            CREATE TABLE refusal (
                                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                                system TEXT NOT NULL UNIQUE,
                                reason TEXT NOT NULL,
                                since TEXT NOT NULL)
                            """,
                            """
                            CREATE TABLE outbox (
                                id INTEGER PRIMARY KEY AUTOINCREMENT,
                                kind TEXT NOT NULL,
                                report TEXT NOT NULL)
                            """,
                            "CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL)"),
                    List.of(
                            """
                            CREATE TABLE waiting (
                                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                                id TEXT NOT NULL UNIQUE,
                                system TEXT NOT NULL,
                                cache_url TEXT,
                                action TEXT NOT NULL,
                                source TEXT NOT NULL)
                            """));

    static final int VERSION = MIGRATIONS.size();

    private Schema() {}

    /** Refuses a database that is not ours, or damaged; changes nothing. */
    static void check(Session session) throws SQLException, UnusableDatabaseException {
        int application = session.number("PRAGMA application_id");
        int tables = session.number("SELECT count(*) FROM sqlite_master");
        if (application != APPLICATION_ID && (application != 0 || tables > 0)) {
            throw new UnusableDatabaseException(
                    Kind.FOREIGN, "it belongs to another program (such as the v0.1 agent)");
        }
        int version = session.number("PRAGMA user_version");
        if (application == APPLICATION_ID && version > VERSION) {
            throw new UnusableDatabaseException(
                    Kind.NEWER,
                    "it has version %d, from a newer agent; this one knows up to %d"
                            .formatted(version, VERSION));
        }
        String damage =
                session.row("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("no answer");
        if (!damage.equals("ok")) {
            throw new UnusableDatabaseException(
                    Kind.CORRUPT, "it is corrupt: " + damage.replaceAll("\\s+", " "));
        }
    }

    /** Brings a database that was checked to this version, within a transaction. */
    static void migrate(Session session) throws SQLException {
        int from = session.number("PRAGMA user_version");
        for (List<String> migration : MIGRATIONS.subList(from, VERSION)) {
            for (String statement : migration) {
                session.run(statement);
            }
        }
        session.run("PRAGMA application_id = " + APPLICATION_ID);
        session.run("PRAGMA user_version = " + VERSION);
    }
}
