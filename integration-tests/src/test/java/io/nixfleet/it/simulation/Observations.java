package io.nixfleet.it.simulation;

import java.util.List;
import java.util.stream.Stream;

/**
 * What was seen in a run.
 *
 * @param before of the process of all agents, without agents
 * @param with the same with all of them, at work
 * @param first what came to the control plane in its first life
 * @param second the same in its second one
 */
record Observations(
        SimulationPlan plan,
        Moments moments,
        Memory before,
        Memory with,
        List<Arrival> first,
        List<Arrival> second,
        List<Outbox> outboxes) {
    Observations {
        first = List.copyOf(first);
        second = List.copyOf(second);
        outboxes = List.copyOf(outboxes);
    }

    /**
     * In microseconds since 1970.
     *
     * @param started all agents
     * @param settled all agents were answered since
     * @param killed the control plane
     * @param back it listens again
     * @param resettled all agents were answered since
     */
    record Moments(long started, long settled, long killed, long back, long resettled, long end) {}

    /** In bytes, after garbage was collected. */
    record Memory(long heap, long resident) {}

    /** The time between two moments, in seconds of agents' time. */
    double seconds(long fromMicros, long toMicros) {
        return (toMicros - fromMicros) / 1e6 * plan.factor();
    }

    /** Arrivals of a kind in the first life, as they follow on the start of all agents. */
    Rates afterStart(Arrival.Kind kind) {
        return rates(
                first.stream().filter(arrival -> arrival.micros() >= moments.started()),
                kind,
                moments.started());
    }

    /** Arrivals of a kind in the second life, as they follow on its begin. */
    Rates afterReturn(Arrival.Kind kind) {
        return rates(second.stream(), kind, moments.back());
    }

    private Rates rates(Stream<Arrival> arrivals, Arrival.Kind kind, long origin) {
        return new Rates(
                arrivals.filter(arrival -> arrival.kind() == kind)
                        .mapToDouble(arrival -> seconds(origin, arrival.micros()))
                        // Some come before we know that it listens.
                        .map(time -> Math.max(0, time))
                        .toArray(),
                plan.nominalRate());
    }

    /** How many connections there were when the first life ended. */
    long heldConnections() {
        return afterStart(Arrival.Kind.CONNECTED).count()
                - first.stream()
                        .filter(arrival -> arrival.kind() == Arrival.Kind.CLOSED)
                        .filter(arrival -> arrival.micros() >= moments.started())
                        .filter(arrival -> arrival.micros() < moments.killed())
                        .count();
    }
}
