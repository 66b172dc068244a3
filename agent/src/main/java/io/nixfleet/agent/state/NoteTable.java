package io.nixfleet.agent.state;

import java.sql.SQLException;
import java.util.Optional;

/** Single facts by name. */
record NoteTable(Session session) {
    Optional<String> read(String key) throws SQLException {
        return session.row("SELECT value FROM note WHERE key = ?", row -> row.getString(1), key);
    }

    void write(String key, String value) throws SQLException {
        session.run("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", key, value);
    }

    void delete(String key) throws SQLException {
        session.run("DELETE FROM note WHERE key = ?", key);
    }
}
