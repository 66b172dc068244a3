package io.nixfleet.agent.controlplane;

import java.util.OptionalInt;

/**
 * What came of one poll, for whoever looks into the link itself.
 *
 * @param status of HTTP; empty when no whole answer came
 * @param date the header {@code Date} of the answer as it stands; empty where there is none
 */
public record Sounding(PollAnswer answer, OptionalInt status, String date) {}
