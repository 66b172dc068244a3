package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** The deployment in flight: one row or none. */
record DeploymentTable(Session session) {
    Optional<Deployment> read() throws SQLException {
        return session.row("SELECT * FROM deployment", DeploymentTable::deployment);
    }

    void write(Deployment deployment) throws SQLException {
        DeployRequest request = deployment.request();
        Optional<SystemState> before = deployment.before();
        Optional<Generation> profile = before.flatMap(SystemState::profile);
        session.run(
                """
                INSERT OR REPLACE INTO deployment (slot, id, system, cache_url, action, source,
                    started, phase, before_known, before_running, before_generation,
                    before_profile, reason, outcome, message)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                request.id(),
                request.system().toString(),
                request.cacheUrl().map(URI::toString).orElse(null),
                request.action().word(),
                Columns.word(request.source()),
                deployment.started().toString(),
                deployment.phase().word(),
                before.isPresent() ? 1 : 0,
                before.flatMap(SystemState::running).map(Object::toString).orElse(null),
                profile.map(Generation::number).orElse(null),
                profile.map(generation -> generation.system().toString()).orElse(null),
                deployment.reason().orElse(null),
                deployment.outcome().map(Outcome::word).orElse(null),
                deployment.outcome().map(Outcome::message).orElse(null));
    }

    void delete(String id) throws SQLException {
        session.run("DELETE FROM deployment WHERE id = ?", id);
    }

    private static Deployment deployment(ResultSet row) throws SQLException {
        var columns = new Columns(row);
        return new Deployment(
                columns.request(),
                columns.phase(),
                columns.instant("started"),
                row.getInt("before_known") == 1 ? Optional.of(before(columns)) : Optional.empty(),
                columns.optionalText("reason"),
                columns.optionalText("outcome").isPresent()
                        ? Optional.of(columns.outcome())
                        : Optional.empty());
    }

    private static SystemState before(Columns columns) throws SQLException {
        int number = columns.row().getInt("before_generation");
        return new SystemState(
                columns.optionalStorePath("before_running"),
                columns.optionalStorePath("before_profile")
                        .map(system -> new Generation(number, system)));
    }
}
