package io.nixfleet.agent.controlplane;

/** An answer's body exceeds what any answer of the contract needs. */
final class AnswerTooLongException extends Exception {
    /**
     * @param limit in bytes
     */
    AnswerTooLongException(int limit) {
        super(
                "answers with more than %d MiB, which no answer of its contract has"
                        .formatted(limit >> 20));
    }
}
