package io.nixfleet.substituter.fetch;

import java.util.Optional;

/** What the caller of a fetch says to its plan. */
public interface Approval {
    /** Agrees to everything. */
    Approval ALWAYS = _ -> Optional.empty();

    /**
     * Why the plan must not be carried out; empty if it may. By then paths whose dependencies were
     * known may have been imported, as far as {@link #unasked} lets them.
     */
    Optional<String> objection(ClosurePlan plan);

    /**
     * NAR bytes up to which nobody need be asked: as long as all that the walk has found missing
     * takes no more, imports begin before the walk is over.
     */
    default long unasked() {
        return Long.MAX_VALUE;
    }
}
