package io.nixfleet.agent.console;

/** The exit codes that mean the same in every program of ours. */
enum CommonExit implements ExitStatus {
    /** Something that no other code stands for. */
    UNEXPECTED(1),
    /** The command line, or a file that it names, is wrong. */
    USAGE(2);

    private final int code;

    CommonExit(int code) {
        this.code = code;
    }

    @Override
    public int code() {
        return code;
    }
}
