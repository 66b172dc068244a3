package io.nixfleet.agent.state;

import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The state cannot be read or written; the message says where, what, and what to do. */
public final class StateException extends RuntimeException {
    /** What is wrong, as far as it can be told apart. */
    public enum Problem {
        NO_SPACE("no space is left: make room on its file system"),
        NOT_WRITABLE("it cannot be written: make the file and its directory the agent's own"),
        LOCKED("another process holds it: end the other agent or tool that has it open"),
        CORRUPT("it is corrupt: restart the agent, which moves it aside and begins a fresh one"),
        OTHER("see the cause, and check the disk");

        private final String advice;

        Problem(String advice) {
            this.advice = advice;
        }
    }

    private final Problem problem;

    private StateException(
            Path file, String action, Problem problem, String detail, @Nullable Throwable cause) {
        super(
                "state database %s: cannot %s: %s (%s)"
                        .formatted(file, action, problem.advice, detail),
                cause);
        this.problem = problem;
    }

    static StateException of(Path file, String action, SQLException cause) {
        return new StateException(file, action, problemOf(cause), detailOf(cause), cause);
    }

    static StateException of(Path file, String action, Problem problem, Throwable cause) {
        return new StateException(file, action, problem, cause.toString(), cause);
    }

    static StateException of(Path file, String action, Problem problem, String detail) {
        return new StateException(file, action, problem, detail, null);
    }

    public Problem problem() {
        return problem;
    }

    private static Problem problemOf(SQLException cause) {
        if (!(cause instanceof SQLiteException ofSqlite)) {
            return Problem.OTHER;
        }
        SQLiteErrorCode code = ofSqlite.getResultCode();
        // The low byte is the primary code, the rest refines it.
        int primary = code.code & 0xff;
        if (code == SQLiteErrorCode.SQLITE_IOERR_WRITE
                && String.valueOf(cause.getMessage()).contains("No space")) {
            return Problem.NO_SPACE;
        }
        if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
            return Problem.NO_SPACE;
        }
        if (primary == SQLiteErrorCode.SQLITE_READONLY.code
                || primary == SQLiteErrorCode.SQLITE_CANTOPEN.code
                || primary == SQLiteErrorCode.SQLITE_PERM.code) {
            return Problem.NOT_WRITABLE;
        }
        if (primary == SQLiteErrorCode.SQLITE_BUSY.code
                || primary == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return Problem.LOCKED;
        }
        // SQLITE_ERROR: our statements are fixed, so a table or a column is missing.
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code
                || primary == SQLiteErrorCode.SQLITE_NOTADB.code
                || primary == SQLiteErrorCode.SQLITE_ERROR.code) {
            return Problem.CORRUPT;
        }
        return Problem.OTHER;
    }

    private static String detailOf(SQLException cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("no detail");
    }
}
