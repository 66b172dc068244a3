package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.nix.store.StorePath;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Systems that are not deployed again. */
record RefusalTable(Session session) {
    static final int BOUND = 100;

    /** A system refused again counts as the newest. */
    void add(Refusal refusal) throws SQLException {
        session.run(
                "INSERT OR REPLACE INTO refusal (system, reason, since) VALUES (?, ?, ?)",
                refusal.system().toString(),
                refusal.reason(),
                refusal.since().toString());
        session.run(
                """
                DELETE FROM refusal WHERE seq NOT IN
                    (SELECT seq FROM refusal ORDER BY seq DESC LIMIT ?)
                """,
                BOUND);
    }

    Optional<Refusal> of(StorePath system) throws SQLException {
        return session.row(
                "SELECT * FROM refusal WHERE system = ?", RefusalTable::refusal, system.toString());
    }

    List<Refusal> newestFirst() throws SQLException {
        return session.rows("SELECT * FROM refusal ORDER BY seq DESC", RefusalTable::refusal);
    }

    int delete(StorePath system) throws SQLException {
        return session.run("DELETE FROM refusal WHERE system = ?", system.toString());
    }

    int deleteAll() throws SQLException {
        return session.run("DELETE FROM refusal");
    }

    private static Refusal refusal(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new Refusal(
                columns.storePath("system"), columns.text("reason"), columns.instant("since"));
    }
}
