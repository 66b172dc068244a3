package io.nixfleet.agent.state;

import io.nixfleet.agent.state.OutgoingReport.Kind;
import io.nixfleet.protocol.json.ProtocolException;
import io.nixfleet.protocol.json.ProtocolJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Reports that wait for the control plane, in order. */
record OutboxTable(Session session) {
    static final int BOUND = 1000;

    void add(OutgoingReport outgoing) throws SQLException {
        session.run(
                "INSERT INTO outbox (kind, report) VALUES (?, ?)",
                word(outgoing.kind()),
                ProtocolJson.write(outgoing.report()));
        while (size() > BOUND) {
            session.run(
                    """
                    DELETE FROM outbox WHERE id =
                        (SELECT id FROM outbox ORDER BY kind <> ?, id LIMIT 1)
                    """,
                    word(Kind.HEALTH));
        }
    }

    Optional<QueuedReport> oldest() throws SQLException {
        return session.row("SELECT * FROM outbox ORDER BY id LIMIT 1", OutboxTable::queued);
    }

    List<QueuedReport> all() throws SQLException {
        return session.rows("SELECT * FROM outbox ORDER BY id", OutboxTable::queued);
    }

    void delete(long id) throws SQLException {
        session.run("DELETE FROM outbox WHERE id = ?", id);
    }

    int size() throws SQLException {
        return session.number("SELECT count(*) FROM outbox");
    }

    private static QueuedReport queued(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        Kind kind = columns.word(Kind.values(), "kind", OutboxTable::word);
        try {
            var report = ProtocolJson.readReport(columns.text("report"));
            return new QueuedReport(row.getLong("id"), new OutgoingReport(kind, report));
        } catch (ProtocolException e) {
            throw new MalformedRowException("column report holds no report", e);
        }
    }

    private static String word(Kind kind) {
        return switch (kind) {
            case HEALTH -> "health";
            case VERDICT -> "verdict";
        };
    }
}
