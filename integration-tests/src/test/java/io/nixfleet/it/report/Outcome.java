package io.nixfleet.it.report;

/** How a scenario came out. */
sealed interface Outcome {
    record Passed() implements Outcome {}

    record Failed(String why) implements Outcome {}

    /** Its end was never told: killed, hung, or still running. */
    record Unfinished() implements Outcome {}

    default String word() {
        return switch (this) {
            case Passed _ -> "passed";
            case Failed _ -> "failed";
            case Unfinished _ -> "unfinished";
        };
    }
}
