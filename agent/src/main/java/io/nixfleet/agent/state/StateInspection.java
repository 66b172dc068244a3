package io.nixfleet.agent.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * A look at the database that changes nothing and is in nobody's way: neither the agent's lock nor
 * one of SQLite's for writing is taken, no file is made.
 */
public final class StateInspection {
    /** What the look shows. */
    public sealed interface Found {
        /** There is none yet. */
        record Nothing() implements Found {}

        /**
         * The agent can work with it.
         *
         * @param version of its tables
         */
        record Usable(int version) implements Found {}

        /**
         * The agent would set it aside and begin a fresh one.
         *
         * @param why for people
         */
        record Unusable(String why) implements Found {}

        /**
         * It cannot be looked into.
         *
         * @param why for people
         */
        record Unreadable(String why) implements Found {}
    }

    private StateInspection() {}

    /** Looks at the database of a file. */
    public static Found of(Path file) {
        Path database = file.toAbsolutePath();
        if (Files.notExists(database)) {
            return new Found.Nothing();
        }
        if (!Files.isRegularFile(database) || !Files.isReadable(database)) {
            return new Found.Unreadable("it is no file that this user may read");
        }
        Path log = database.resolveSibling(database.getFileName() + "-wal");
        Found found = read(database, Files.exists(log));
        // An agent that has just begun to write makes a reader without locks see half of it.
        return found instanceof Found.Unusable && Files.exists(log) ? read(database, true) : found;
    }

    /**
     * @param shared whether there may be a writer. If not, SQLite takes no locks, and makes no
     *     files for them
     */
    private static Found read(Path database, boolean shared) {
        try {
            if (Files.size(database) == 0) {
                return new Found.Nothing();
            }
            try (Database opened = Database.connectToLook(database, shared)) {
                return opened.read("look into it", StateInspection::judge);
            }
        } catch (StateException e) {
            return e.problem() == StateException.Problem.CORRUPT
                    ? new Found.Unusable("it is corrupt")
                    : new Found.Unreadable(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Found.Unreadable(e.toString());
        }
    }

    private static Found judge(Session session) throws SQLException {
        try {
            Schema.check(session);
            return new Found.Usable(session.number("PRAGMA user_version"));
        } catch (UnusableDatabaseException e) {
            return new Found.Unusable(String.valueOf(e.getMessage()));
        }
    }
}
