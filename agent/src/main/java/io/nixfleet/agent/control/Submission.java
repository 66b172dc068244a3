package io.nixfleet.agent.control;

/** What became of a request to deploy. */
public sealed interface Submission {
    /** It is queued or begun. */
    record Accepted(String id) implements Submission {}

    /** The same system is being deployed or waits already. */
    record UnderWay(String id) implements Submission {}

    /** It will not be deployed. */
    record Refused(String reason) implements Submission {}
}
