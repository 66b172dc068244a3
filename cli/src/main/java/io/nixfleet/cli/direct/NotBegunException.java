package io.nixfleet.cli.direct;

import java.util.List;

/** A rollout could not begin: no host was touched. */
public final class NotBegunException extends Exception {
    private static final long serialVersionUID = 1;

    private final Why why;
    private final transient List<String> problems;

    /** Of which kind; the first of several counts. */
    public enum Why {
        /** Another machine answers than should. */
        WRONG_MACHINE,
        /** An agent does not let us in. */
        NOT_LET_IN,
        /** An agent does not answer. */
        UNREACHABLE,
        /** A host is at something else, or is left alone. */
        BUSY
    }

    /** What is the matter with a host. */
    record Problem(Why why, String words) {}

    NotBegunException(List<Problem> problems, int hosts) {
        super(
                "%d of %d hosts cannot take part; nothing was deployed: mend it, or leave them out with --hosts"
                        .formatted(problems.size(), hosts));
        this.why = problems.stream().map(Problem::why).sorted().findFirst().orElseThrow();
        this.problems = problems.stream().map(Problem::words).toList();
    }

    public Why why() {
        return why;
    }

    /** What is the matter, for people, a line for each host. */
    public List<String> problems() {
        return problems;
    }
}
