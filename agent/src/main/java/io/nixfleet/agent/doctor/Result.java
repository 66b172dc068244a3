package io.nixfleet.agent.doctor;

/** How a check came out. */
public enum Result {
    OK("ok"),
    /** It works, but not well, or not for long. */
    WARNING("warning"),
    /** Deployments fail, or are not even begun. */
    FAILED("failed"),
    /** It could not be told. */
    NOT_CHECKED("not_checked");

    private final String word;

    Result(String word) {
        this.word = word;
    }

    /** As JSON has it. */
    public String word() {
        return word;
    }
}
