package io.nixfleet.it.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whether each report came, once and in order.
 *
 * @param lost reports that were queued, did not come, and do not wait any more
 * @param unanswered reports that came twice since the first call had no answer in time: the control
 *     plane was killed under it, or had all agents at once to answer
 * @param repeated those that came twice for no such reason
 * @param disordered health reports that came after a later one of their agent
 */
record Deliveries(
        long queued, long received, long lost, long unanswered, long repeated, long disordered) {
    /** What is written of a call comes before its answer by no more. */
    private static final long UNANSWERED_MICROS = 2_000_000;

    static Deliveries of(Observations seen) {
        Map<String, List<Arrival>> byMachine = new HashMap<>();
        Stream.concat(seen.first().stream(), seen.second().stream())
                .filter(arrival -> arrival.kind() == Arrival.Kind.REPORT)
                .forEach(
                        arrival ->
                                byMachine
                                        .computeIfAbsent(arrival.machine(), _ -> new ArrayList<>())
                                        .add(arrival));
        long lost = 0;
        long unanswered = 0;
        long repeated = 0;
        long disordered = 0;
        for (Outbox outbox : seen.outboxes()) {
            Map<String, Arrival> came = new HashMap<>();
            Instant latest = Instant.MIN;
            for (Arrival arrival : byMachine.getOrDefault(outbox.machine(), List.of())) {
                Arrival before = came.putIfAbsent(arrival.report(), arrival);
                if (before != null) {
                    if (mayBeUnanswered(before, seen.moments())) {
                        unanswered++;
                    } else {
                        repeated++;
                    }
                } else if (arrival.report().endsWith(" health-check")) {
                    Instant made = Instant.parse(arrival.report().split(" ", 2)[0]);
                    if (made.isBefore(latest)) {
                        disordered++;
                    }
                    latest = made;
                }
            }
            Set<String> known = new HashSet<>(came.keySet());
            known.addAll(outbox.unsent());
            lost += outbox.queued() - known.size();
        }
        long received = byMachine.values().stream().mapToLong(List::size).sum();
        long queued = seen.outboxes().stream().mapToLong(Outbox::queued).sum();
        return new Deliveries(queued, received, lost, unanswered, repeated, disordered);
    }

    private static boolean mayBeUnanswered(Arrival first, Observations.Moments moments) {
        return first.micros() < moments.settled()
                || (first.micros() > moments.killed() - UNANSWERED_MICROS
                        && first.micros() < moments.resettled());
    }
}
