package io.nixfleet.agent.controlplane;

/** What came of sending a report. */
public sealed interface SendAnswer {
    /** The control plane has it. */
    record Accepted() implements SendAnswer {}

    /**
     * The control plane will not take this report, however often it is sent.
     *
     * @param reason why, for people
     */
    record Rejected(String reason) implements SendAnswer {}

    /**
     * It did not arrive, or the control plane could not deal with it: send it again later.
     *
     * @param reason what went wrong and what to do, for people
     */
    record Failed(String reason) implements SendAnswer {}
}
