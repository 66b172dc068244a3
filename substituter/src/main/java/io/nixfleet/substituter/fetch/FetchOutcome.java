package io.nixfleet.substituter.fetch;

import java.util.List;

/** How a fetch ended. */
public sealed interface FetchOutcome {
    /** One result for each path of the closures that was looked at, roots included. */
    List<PathResult> results();

    /** Every root is valid, and so is all that it refers to. */
    record Complete(List<PathResult> results) implements FetchOutcome {
        public Complete {
            results = List.copyOf(results);
        }
    }

    /** Some path is missing; what could be imported without it was, and stays protected. */
    record Incomplete(List<PathResult> results) implements FetchOutcome {
        public Incomplete {
            results = List.copyOf(results);
        }
    }

    /**
     * The plan was not approved. Paths may have come before it was known; none is kept from the
     * garbage collector once the substitution is closed.
     *
     * @param why the objection
     */
    record Declined(String why) implements FetchOutcome {
        @Override
        public List<PathResult> results() {
            return List.of();
        }
    }

    static FetchOutcome of(List<PathResult> results) {
        return results.stream().allMatch(PathResult.Valid.class::isInstance)
                ? new Complete(results)
                : new Incomplete(results);
    }

    default List<PathResult.Failure> failures() {
        return results().stream()
                .filter(PathResult.Failure.class::isInstance)
                .map(PathResult.Failure.class::cast)
                .toList();
    }
}
