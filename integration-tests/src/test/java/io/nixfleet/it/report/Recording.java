package io.nixfleet.it.report;

import io.nixfleet.it.report.Event.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What is known of a scenario.
 *
 * @param until its end, or as long as it was watched
 * @param hosts in the order of their rows; those that only events name are added
 * @param events brought in the order of their times, without states that were already so
 * @param leftOut events that there was no room for
 */
record Recording(
        String scenario,
        String says,
        Instant start,
        Instant until,
        Outcome outcome,
        List<String> hosts,
        List<Event> events,
        long leftOut) {
    Recording {
        until = until.isBefore(start) ? start : until;
        events = inOrder(events);
        var rows = new LinkedHashSet<>(hosts);
        events.forEach(event -> rows.add(event.host()));
        rows.remove(Event.FLEET);
        hosts = List.copyOf(rows);
    }

    private record State(Kind kind, String host) {}

    private static List<Event> inOrder(List<Event> events) {
        Map<State, String> current = new HashMap<>();
        return events.stream()
                .sorted(Comparator.comparing(Event::at))
                .filter(
                        event ->
                                !event.kind().lasts()
                                        || !event.text()
                                                .equals(
                                                        current.put(
                                                                new State(
                                                                        event.kind(), event.host()),
                                                                event.text())))
                .toList();
    }

    Duration length() {
        return Duration.between(start, until);
    }

    Duration since(Event event) {
        return Duration.between(start, event.at());
    }

    /** Within start and end, whatever the clock of its source said. */
    Duration drawn(Event event) {
        Duration at = since(event);
        if (at.isNegative()) {
            return Duration.ZERO;
        }
        return at.compareTo(length()) > 0 ? length() : at;
    }

    long count(Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    /** Those of a moment, of all hosts. Their number on the page is their place here, from 1. */
    List<Event> moments() {
        return events.stream().filter(event -> !event.kind().lasts()).toList();
    }

    /** The states of a host one after the other; the last one lasts until the end. */
    List<Span> states(Kind kind, String host) {
        List<Event> changes =
                events.stream()
                        .filter(event -> event.kind() == kind && event.host().equals(host))
                        .toList();
        var spans = new ArrayList<Span>();
        for (int i = 0; i < changes.size(); i++) {
            Duration to = i + 1 < changes.size() ? drawn(changes.get(i + 1)) : length();
            var span = new Span(drawn(changes.get(i)), to, changes.get(i).text());
            if (span.length().isPositive()) {
                spans.add(span);
            }
        }
        return spans;
    }

    /**
     * From faults to their mends. A mend is that of the youngest fault of its host that is still
     * open, so that one which nobody mends is a moment only.
     */
    List<Span> faults(String host) {
        var open = new ArrayDeque<Event>();
        var spans = new ArrayList<Span>();
        for (Event event : events) {
            if (!event.host().equals(host)) {
                continue;
            }
            if (event.kind() == Kind.FAULT) {
                open.push(event);
            } else if (event.kind() == Kind.MENDED && !open.isEmpty()) {
                Event fault = open.pop();
                spans.add(new Span(drawn(fault), drawn(event), fault.text()));
            }
        }
        return spans;
    }
}
