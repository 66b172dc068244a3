package io.nixfleet.agent.state;

import io.nixfleet.agent.state.StateException.Problem;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The one connection, lent to one thread at a time; its failures become {@link StateException}. */
final class Database implements AutoCloseable {
    private static final Duration BUSY_LIMIT = Duration.ofSeconds(5);

    /** What reads and gives a value. */
    interface Query<T> {
        T in(Session session) throws SQLException;
    }

    /** What belongs together: all of it is kept, or nothing. */
    interface Change {
        void in(Session session) throws SQLException;
    }

    private final Path file;
    private final Session session;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;

    private Database(Path file, Session session) {
        this.file = file;
        this.session = session;
    }

    /** Connects; SQLite looks at the file only when it is first used. */
    static Database connect(Path file) {
        return connect(file, new SQLiteConfig(), "");
    }

    /**
     * Connects for reading alone.
     *
     * @param shared whether another process may write to it
     */
    static Database connectToLook(Path file, boolean shared) {
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        return connect(file, config, shared ? "?mode=ro" : "?mode=ro&immutable=1");
    }

    private static Database connect(Path file, SQLiteConfig config, String parameters) {
        config.setBusyTimeout((int) BUSY_LIMIT.toMillis());
        var source = new SQLiteDataSource(config);
        // As a URI, in which no character of a path begins options of the driver.
        source.setUrl("jdbc:sqlite:file:" + file.toUri().getRawPath() + parameters);
        try {
            return new Database(file, new Session(source.getConnection()));
        } catch (SQLException e) {
            throw StateException.of(file, "open it", e);
        }
    }

    Path file() {
        return file;
    }

    /**
     * @param action completes "cannot …" in the message of a failure
     */
    <T> T read(String action, Query<T> query) {
        lock.lock();
        try {
            checkOpen(action);
            return query.in(session);
        } catch (SQLException e) {
            throw StateException.of(file, action, e);
        } catch (MalformedRowException e) {
            throw StateException.of(file, action, Problem.CORRUPT, e);
        } finally {
            lock.unlock();
        }
    }

    /** Runs a transaction; on return it is on the disk. */
    void change(String action, Change change) {
        lock.lock();
        try {
            checkOpen(action);
            session.run("BEGIN IMMEDIATE");
            try {
                change.in(session);
                session.run("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollBack(e);
                throw e;
            }
        } catch (SQLException e) {
            throw StateException.of(file, action, e);
        } catch (MalformedRowException e) {
            throw StateException.of(file, action, Problem.CORRUPT, e);
        } finally {
            lock.unlock();
        }
    }

    /** SQLite has rolled back by itself after some failures: then this fails, and all is well. */
    private void rollBack(Exception cause) {
        try {
            session.run("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    private void checkOpen(String action) {
        if (closed) {
            throw StateException.of(file, action, Problem.OTHER, "the agent has closed it");
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            session.connection().close();
        } catch (SQLException e) {
            throw StateException.of(file, "close it", e);
        } finally {
            lock.unlock();
        }
    }
}
