package io.nixfleet.testing.controlplane;

import java.time.Duration;

/** A way in which a control plane goes wrong. */
public sealed interface Fault {
    /** It answers right. */
    record None() implements Fault {}

    /** It answers right, but late. */
    record Slow(Duration delay) implements Fault {}

    /** It answers with this status and a line of text. */
    record Status(int status) implements Fault {}

    /** It answers 200 with this body. */
    record Garbage(String body) implements Fault {}

    /** It sends these bytes, HTTP or not, and closes the connection. */
    record Raw(String bytes) implements Fault {}

    /** It closes the connection in the middle of its answer. */
    record Cut() implements Fault {}

    /** It takes the request and closes the connection. */
    record Close() implements Fault {}

    /** It takes the request and says nothing, as long as the fault is set. */
    record Stall() implements Fault {}

    /** Nobody listens at the port. */
    record Refuse() implements Fault {}
}
