package io.nixfleet.agent.controlplane;

import io.nixfleet.protocol.DesiredGeneration;

/** What came of asking for the desired generation. */
public sealed interface PollAnswer {
    /** The control plane wants this. */
    record Desired(DesiredGeneration generation) implements PollAnswer {}

    /** The control plane wants nothing of this machine yet. */
    record NothingDesired() implements PollAnswer {}

    /**
     * There was no answer, or none that says anything.
     *
     * @param reason what went wrong and what to do, for people; holds nothing secret
     */
    record Failed(String reason) implements PollAnswer {}
}
