package io.nixfleet.agent.console;

/** How a program ends; each program has an enumeration of its own. */
public interface ExitStatus {
    /** 0 when all went well, 1 and 2 for the same in every program. */
    int code();
}
