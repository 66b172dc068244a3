package io.nixfleet.agent.controlplane;

/** An answer's body exceeds what any answer of the contract needs. */
final class AnswerTooLongException extends Exception {
    AnswerTooLongException() {
        super("the answer has more than 1 MiB");
    }
}
