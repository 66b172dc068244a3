package io.nixfleet.agent.state;

import io.nixfleet.agent.state.StateException.Problem;
import io.nixfleet.agent.state.UnusableDatabaseException.Kind;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;

/** From a path to a database with all tables, whatever lies there. */
final class StateOpening {
    private static final String ACTION = "open it";

    private StateOpening() {}

    static StateStore.Opened open(Path path, InstantSource clock) {
        var place = new StateFile(path.toAbsolutePath());
        place.prepare();
        StateLock lock = StateLock.take(place.file());
        boolean done = false;
        try {
            StateStore.Opened opened = open(place, lock, clock);
            done = true;
            return opened;
        } finally {
            if (!done) {
                lock.close();
            }
        }
    }

    private static StateStore.Opened open(StateFile place, StateLock lock, InstantSource clock) {
        try {
            return new StateStore.Opened(usable(place.file(), lock), Optional.empty());
        } catch (UnusableDatabaseException e) {
            Path aside = place.moveAside(e.kind(), clock.instant());
            place.prepare();
            String notice =
                    ("the state database %s was moved aside to %s: %s. A fresh one begins: what the"
                         + " agent knew of earlier deployments and refused systems is not in it")
                            .formatted(place.file(), aside, e.getMessage());
            return new StateStore.Opened(fresh(place.file(), lock), Optional.of(notice));
        }
    }

    private static StateStore fresh(Path file, StateLock lock) {
        try {
            return usable(file, lock);
        } catch (UnusableDatabaseException e) {
            throw StateException.of(file, "begin a fresh one", Problem.OTHER, e);
        }
    }

    private static StateStore usable(Path file, StateLock lock) throws UnusableDatabaseException {
        Database database = Database.connect(file);
        boolean done = false;
        try {
            var unusable = database.read(ACTION, StateOpening::complaint);
            if (unusable.isPresent()) {
                throw unusable.get();
            }
            database.read(ACTION, session -> settings(database.file(), session));
            database.change("bring it up to date", Schema::migrate);
            var store = new StateStore(database, lock);
            store.readEverything();
            done = true;
            return store;
        } catch (StateException e) {
            if (e.problem() == Problem.CORRUPT) {
                throw new UnusableDatabaseException(Kind.CORRUPT, "it is corrupt");
            }
            throw e;
        } finally {
            if (!done) {
                database.close();
            }
        }
    }

    private static Optional<UnusableDatabaseException> complaint(Session session)
            throws SQLException {
        try {
            Schema.check(session);
            return Optional.empty();
        } catch (UnusableDatabaseException e) {
            return Optional.of(e);
        }
    }

    private static boolean settings(Path file, Session session) throws SQLException {
        // Little memory, no files in /tmp, and a log that is cut after a burst.
        session.run("PRAGMA cache_size = -256");
        session.run("PRAGMA temp_store = MEMORY");
        session.run("PRAGMA journal_size_limit = 1048576");
        String mode =
                session.row("PRAGMA journal_mode = WAL", row -> row.getString(1)).orElse("none");
        if (!mode.equals("wal")) {
            throw StateException.of(
                    file,
                    "write ahead",
                    Problem.OTHER,
                    "its file system lacks shared memory maps: use a local one");
        }
        session.run("PRAGMA synchronous = FULL");
        return true;
    }
}
