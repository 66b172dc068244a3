package io.nixfleet.it.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run comes to. Times are seconds of agents' time, memory is bytes. */
final class Figures {
    private static final int MINUTE = 60;

    private final Observations seen;
    private final Deliveries deliveries;

    Figures(Observations seen) {
        this.seen = seen;
        this.deliveries = Deliveries.of(seen);
    }

    Deliveries deliveries() {
        return deliveries;
    }

    long heapPerAgent() {
        return (seen.with().heap() - seen.before().heap()) / seen.plan().agents();
    }

    long residentPerAgent() {
        return (seen.with().resident() - seen.before().resident()) / seen.plan().agents();
    }

    double connectionsPerAgent() {
        return (double) seen.heldConnections() / seen.plan().agents();
    }

    double untilSettled() {
        return seen.seconds(seen.moments().started(), seen.moments().settled());
    }

    double untilKilled() {
        return seen.seconds(seen.moments().started(), seen.moments().killed());
    }

    double away() {
        return seen.seconds(seen.moments().killed(), seen.moments().back());
    }

    double afterReturn() {
        return seen.seconds(seen.moments().back(), seen.moments().end());
    }

    /** How long after its return the last agent polled; endless if one did not. */
    double lastFirstPoll() {
        Map<String, Double> first = new HashMap<>();
        seen.second().stream()
                .filter(arrival -> arrival.kind() == Arrival.Kind.POLL)
                .forEach(
                        arrival ->
                                first.putIfAbsent(
                                        arrival.machine(),
                                        seen.seconds(seen.moments().back(), arrival.micros())));
        return first.size() < seen.plan().agents()
                ? Double.POSITIVE_INFINITY
                : first.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** How long an agent was silent at most between two polls once all had been answered. */
    double longestPause() {
        Map<String, Long> latest = new HashMap<>();
        double longest = 0;
        for (Arrival arrival : seen.first()) {
            if (arrival.kind() == Arrival.Kind.POLL
                    && arrival.micros() >= seen.moments().settled()) {
                Long before = latest.put(arrival.machine(), arrival.micros());
                if (before != null) {
                    longest = Math.max(longest, seen.seconds(before, arrival.micros()));
                }
            }
        }
        return longest;
    }

    private int minutesUntilEven(Arrival.Kind kind) {
        return seen.afterStart(kind).minutesUntilEven(untilKilled(), 2);
    }

    /** As Markdown. */
    String table() {
        SimulationPlan plan = seen.plan();
        Observations.Moments moments = seen.moments();
        Rates connects = seen.afterReturn(Arrival.Kind.CONNECTED);
        double end = untilKilled();
        var rows = new ArrayList<String>();
        rows.add(
                "| %,d agents over %s | agents' time ×%d |"
                        .formatted(plan.agents(), plan.secure() ? "mTLS" : "http", plan.factor()));
        rows.add("| --- | --- |");
        rows.add(row("heap per agent, KiB", "%d", heapPerAgent() / 1024));
        rows.add(row("RSS per agent, KiB", "%d", residentPerAgent() / 1024));
        rows.add(row("connections held per agent", "%.2f", connectionsPerAgent()));
        rows.add(
                row(
                        "connections made per agent in the last minute before the kill",
                        "%.3f",
                        seen.afterStart(Arrival.Kind.CONNECTED).count(end - MINUTE, end)
                                / (double) plan.agents()));
        rows.add(row("longest time between two polls, s", "%.0f", longestPause()));
        rows.add(row("all agents answered after, s", "%.0f", untilSettled()));
        rows.add(row("minutes until polls are even", "%d", minutesUntilEven(Arrival.Kind.POLL)));
        rows.add(
                row("minutes until reports are even", "%d", minutesUntilEven(Arrival.Kind.REPORT)));
        rows.add(row("control plane away, s", "%.0f", away()));
        rows.add(
                row(
                        "then connections in the busiest second",
                        "%d",
                        connects.peak(0, afterReturn(), 1)));
        rows.add(row("all agents polled again after, s", "%.0f", lastFirstPoll()));
        rows.add(row("reports queued", "%,d", deliveries.queued()));
        rows.add(
                row(
                        "lost, sent twice, out of order",
                        "%s",
                        "%d, %d, %d"
                                .formatted(
                                        deliveries.lost(),
                                        deliveries.repeated(),
                                        deliveries.disordered())));
        rows.add(row("sent again for want of an answer in time", "%d", deliveries.unanswered()));
        rows.add("");
        rows.add(
                "| minute | polls | busiest second | busiest 10 s ÷ even | reports | busiest second"
                        + " | busiest 10 s ÷ even | connections | busiest second |");
        rows.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        minutes(
                "%d",
                rows,
                end,
                seen.afterStart(Arrival.Kind.POLL),
                seen.afterStart(Arrival.Kind.REPORT),
                seen.afterStart(Arrival.Kind.CONNECTED));
        minutes(
                "back %d",
                rows,
                seen.seconds(moments.back(), moments.end()),
                seen.afterReturn(Arrival.Kind.POLL),
                seen.afterReturn(Arrival.Kind.REPORT),
                connects);
        return String.join("\n", rows) + "\n";
    }

    private static String row(String name, String format, Object value) {
        return "| %s | %s |".formatted(name, String.format(Locale.ROOT, format, value));
    }

    private static void minutes(
            String name,
            List<String> rows,
            double end,
            Rates polls,
            Rates reports,
            Rates connects) {
        for (int minute = 0; (minute + 1) * MINUTE <= end; minute++) {
            int from = minute * MINUTE;
            rows.add(
                    "| %s | %s | %s | %d | %d |"
                            .formatted(
                                    name.formatted(minute + 1),
                                    cells(polls, from),
                                    cells(reports, from),
                                    connects.count(from, from + MINUTE),
                                    connects.peak(from, from + MINUTE, 1)));
        }
    }

    private static String cells(Rates rates, int from) {
        int to = from + MINUTE;
        return String.format(
                Locale.ROOT,
                "%d | %d | %.1f",
                rates.count(from, to),
                rates.peak(from, to, 1),
                rates.peakRatio(from, to, 10));
    }
}
