package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Values as columns spell them. */
record Columns(ResultSet row) {
    String text(String column) throws SQLException {
        return optionalText(column)
                .orElseThrow(() -> new MalformedRowException("column " + column + " is empty"));
    }

    Optional<String> optionalText(String column) throws SQLException {
        return Optional.ofNullable(row.getString(column));
    }

    StorePath storePath(String column) throws SQLException {
        return storePath(column, text(column));
    }

    Optional<StorePath> optionalStorePath(String column) throws SQLException {
        return optionalText(column).map(text -> storePath(column, text));
    }

    private static StorePath storePath(String column, String text) {
        try {
            var dir = new StoreDir(text.substring(0, Math.max(0, text.lastIndexOf('/'))));
            return StorePath.parse(dir, text);
        } catch (FormatException e) {
            throw new MalformedRowException("column " + column + " holds no store path", e);
        }
    }

    Instant instant(String column) throws SQLException {
        try {
            return Instant.parse(text(column));
        } catch (DateTimeException e) {
            throw new MalformedRowException("column " + column + " holds no time", e);
        }
    }

    /** The columns id, system, cache_url, action, source. */
    DeployRequest request() throws SQLException {
        Action action =
                Action.of(text("action")).orElseThrow(() -> unknown("an unknown action", "action"));
        var source = word(DeployRequest.Source.values(), "source", Columns::word);
        try {
            return new DeployRequest(
                    text("id"),
                    storePath("system"),
                    optionalText("cache_url").map(URI::create),
                    action,
                    source);
        } catch (IllegalArgumentException e) {
            throw new MalformedRowException("a row holds no deployment request", e);
        }
    }

    static String word(DeployRequest.Source source) {
        return switch (source) {
            case POLL -> "poll";
            case PUSH -> "push";
            case OPERATOR -> "operator";
        };
    }

    Phase phase() throws SQLException {
        return word(Phase.values(), "phase", Phase::word);
    }

    /** The columns outcome and message. */
    Outcome outcome() throws SQLException {
        String message = text("message");
        return switch (text("outcome")) {
            case "deployed" -> new Outcome.Deployed(message);
            case "already_running" -> new Outcome.AlreadyRunning(message);
            case "dry_run" -> new Outcome.DryRun(message);
            case "failed" -> new Outcome.Failed(message);
            case "superseded" -> new Outcome.Superseded(message);
            case "rolled_back" -> new Outcome.RolledBack(message);
            case "rollback_failed" -> new Outcome.RollbackFailed(message);
            case String _ -> throw unknown("an unknown outcome", "outcome");
        };
    }

    <T> T word(T[] values, String column, Function<T, String> wordOf) throws SQLException {
        String text = text(column);
        return Stream.of(values)
                .filter(value -> wordOf.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> unknown("an unknown word", column));
    }

    private static MalformedRowException unknown(String what, String column) {
        return new MalformedRowException("column " + column + " holds " + what);
    }
}
