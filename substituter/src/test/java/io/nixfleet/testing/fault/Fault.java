package io.nixfleet.testing.fault;

import java.time.Duration;

/**
 * What goes wrong with one answer. Positions count its bytes from 0, status line and headers too.
 */
public sealed interface Fault {
    /** Nothing. */
    record None() implements Fault {}

    /** The connection ends in order before the byte {@code at}. */
    record Cut(long at) implements Fault {}

    /** The connection is reset before the byte {@code at}. */
    record Reset(long at) implements Fault {}

    /** Nothing comes from the byte {@code at} on, and the connection stays open. */
    record Stall(long at) implements Fault {}

    /** The byte {@code at} and all after it come that much later. */
    record Delay(long at, Duration pause) implements Fault {}

    /** From the byte {@code at} on, one byte comes every {@code pause}. */
    record Drip(long at, Duration pause) implements Fault {}

    /** The byte {@code at} has these bits turned over. */
    record Corrupt(long at, int bits) implements Fault {}

    /** An empty answer of that status comes in its place, with one more header if not empty. */
    record Status(int status, String header) implements Fault {
        public Status(int status) {
            this(status, "");
        }
    }

    /** The status is that of the answer before it at this proxy: answers that changed places. */
    record StatusOfTheOneBefore() implements Fault {}

    /** The answer comes whole, then the connection ends though it was to be kept. */
    record CloseKeptConnection() implements Fault {}

    /** The kept connection ends when the request has come, with no byte of an answer. */
    record NoAnswer() implements Fault {}
}
