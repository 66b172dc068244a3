package io.nixfleet.cli.command;

import io.nixfleet.agent.console.ExitStatus;
import io.nixfleet.cli.controlplane.OperatorException;

/** The exit codes of {@code nixfleet}. */
enum ExitCode implements ExitStatus {
    OK(0),
    /** The command line, a file that it names, or the flake's tree is not as it should be. */
    USAGE(2),
    /** There is no such host, release or rollout. */
    NOT_FOUND(3),
    /** The control plane does not let us in, or refuses the request. */
    REFUSED(4),
    /** The control plane does not answer, or not as one does. */
    UNREACHABLE(5),
    /** The flake, or some host in it, could not be evaluated or built. */
    NOT_BUILT(6),
    /** A system could not be pushed. */
    NOT_PUSHED(7),
    /** It does not go with the state that things are in. */
    CONFLICT(8),
    /** The rollout paused, failed, was cancelled, or is not over in time. */
    NOT_DEPLOYED(9),
    /** Hosts could not fetch the release from the cache. */
    INCOMPLETE(10);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }

    static ExitCode of(OperatorException failure) {
        return switch (failure.kind()) {
            case NOT_FOUND -> NOT_FOUND;
            case CONFLICT -> CONFLICT;
            case REFUSED, NOT_LET_IN -> REFUSED;
            case UNREACHABLE -> UNREACHABLE;
        };
    }
}
