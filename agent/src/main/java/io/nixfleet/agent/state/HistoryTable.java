package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.HistoryEntry;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The latest deployments that are over, without logins: they need them no more. */
record HistoryTable(Session session) {
    static final int BOUND = 500;

    void add(HistoryEntry entry) throws SQLException {
        DeployRequest request = entry.request();
        session.run(
                """
                INSERT INTO history
                    (id, system, cache_url, action, source, started, ended, outcome, message)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                request.id(),
                request.system().toString(),
                request.cacheUrlWithoutSecrets().map(URI::toString).orElse(null),
                request.action().word(),
                Columns.word(request.source()),
                entry.started().toString(),
                entry.ended().toString(),
                entry.outcome().word(),
                entry.outcome().message());
        session.run(
                """
                DELETE FROM history WHERE seq NOT IN
                    (SELECT seq FROM history ORDER BY seq DESC LIMIT ?)
                """,
                BOUND);
    }

    List<HistoryEntry> newest(int limit) throws SQLException {
        return session.rows(
                "SELECT * FROM history ORDER BY seq DESC LIMIT ?",
                HistoryTable::entry,
                Math.max(0, limit));
    }

    /** The newest with an id, if there is one. */
    Optional<DeployRequest> of(String id) throws SQLException {
        return session.row(
                "SELECT * FROM history WHERE id = ? ORDER BY seq DESC LIMIT 1",
                row -> new Columns(row).request(),
                id);
    }

    private static HistoryEntry entry(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new HistoryEntry(
                columns.request(),
                columns.instant("started"),
                columns.instant("ended"),
                columns.outcome());
    }
}
