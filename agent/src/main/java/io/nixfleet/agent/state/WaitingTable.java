package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.DeployRequest;
import java.net.URI;
import java.sql.SQLException;
import java.util.List;

/** Requests that were accepted and have not begun; all but the newest are about to give way. */
record WaitingTable(Session session) {
    void add(DeployRequest request) throws SQLException {
        session.run(
                """
                INSERT OR REPLACE INTO waiting (id, system, cache_url, action, source)
                VALUES (?, ?, ?, ?, ?)
                """,
                request.id(),
                request.system().toString(),
                request.cacheUrl().map(URI::toString).orElse(null),
                request.action().word(),
                Columns.word(request.source()));
    }

    void delete(String id) throws SQLException {
        session.run("DELETE FROM waiting WHERE id = ?", id);
    }

    List<DeployRequest> oldestFirst() throws SQLException {
        return session.rows(
                "SELECT * FROM waiting ORDER BY seq", row -> new Columns(row).request());
    }
}
