package io.nixfleet.cli.command;

/** A command ends without what it was for; the message says why, for people. */
final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exit;

    CommandFailure(ExitCode exit, String message) {
        super(message);
        this.exit = exit;
    }

    CommandFailure(ExitCode exit, Exception cause) {
        super(cause.getMessage(), cause);
        this.exit = exit;
    }

    ExitCode exit() {
        return exit;
    }
}
