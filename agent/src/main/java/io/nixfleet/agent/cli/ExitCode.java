package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.ExitStatus;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.Collection;

/** The exit codes of one-shot commands and of those that ask a running agent. */
enum ExitCode implements ExitStatus {
    /** Every path asked for is valid, or would be. */
    OK(0),
    /** Something that no other code stands for. */
    UNEXPECTED(1),
    /** The command line, or a file that it names, is wrong. */
    USAGE(2),
    /** Some path is absent from every cache. */
    ABSENT(3),
    /** Some path was refused: no valid signature, or not what was signed. */
    UNTRUSTED(4),
    /** Some path may be in a cache that did not answer. */
    UNREACHABLE(5),
    /** The store failed. */
    STORE(6),
    /** No agent answers at its socket. */
    NO_AGENT(7),
    /** The agent refuses, or does the same thing already. */
    CONFLICT(8),
    /** The deployment that was waited for failed or was rolled back, or is not over in time. */
    NOT_DEPLOYED(9),
    /** Another agent, or program, has the daemon's database, socket or port. */
    TAKEN(10),
    /** {@code doctor} found something that keeps the agent from its work. */
    BROKEN_HOST(11);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }

    /** The code for failed paths: the one that an operator must act on first wins. */
    static ExitCode of(Collection<PathResult.Failure> failures) {
        ExitCode worst = OK;
        for (PathResult.Failure failure : failures) {
            ExitCode code =
                    switch (failure) {
                        case PathResult.StoreFailed _ -> STORE;
                        case PathResult.Refused _ -> UNTRUSTED;
                        case PathResult.Unreachable _ -> UNREACHABLE;
                        case PathResult.Absent _ -> ABSENT;
                        case PathResult.Blocked _ -> OK;
                    };
            if (code.severity() > worst.severity()) {
                worst = code;
            }
        }
        return worst;
    }

    private int severity() {
        return switch (this) {
            case OK -> 0;
            case ABSENT -> 1;
            case UNREACHABLE -> 2;
            case UNTRUSTED -> 3;
            case STORE -> 4;
            case NOT_DEPLOYED -> 5;
            case CONFLICT -> 6;
            case NO_AGENT -> 7;
            case TAKEN -> 8;
            case BROKEN_HOST -> 9;
            case USAGE -> 10;
            case UNEXPECTED -> 11;
        };
    }
}
