package io.nixfleet.agent.logging;

/** Whom log lines are for. */
public enum LogFormat {
    /** For a person at a terminal. */
    PLAIN,
    /** For programs: one object a line. */
    JSON
}
