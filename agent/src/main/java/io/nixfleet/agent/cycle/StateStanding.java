package io.nixfleet.agent.cycle;

import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;

/** How things stand, as the database has it. */
record StateStanding(StateStore state) implements AgentMetrics.Standing {
    @Override
    public int unsentReports() {
        return state.waitingReports();
    }

    @Override
    public int refusedSystems() {
        return state.refusals().size();
    }

    @Override
    public boolean needsAttention() {
        return state.note(Reporter.ATTENTION_NOTE).isPresent();
    }
}
