package io.nixfleet.it.report;

import io.nixfleet.it.report.Event.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the drawing shows, in words. */
final class EventList {
    /** Of the events with numbers, those that are in sight at once. */
    static final int MAX_KEY = 32;

    /** Of those with numbers and of the others, as many of the first and of the last. */
    static final int MAX_EACH = 300;

    private final Recording recording;
    private final String id;

    EventList(Recording recording, String id) {
        this.recording = recording;
        this.id = id;
    }

    /** The anchor of an event with a number. */
    static String id(String scenario, int number) {
        return scenario + "-" + number;
    }

    static String word(Kind kind) {
        return switch (kind) {
            case FAULT -> "fault: ";
            case MENDED -> "mended: ";
            case PHASE -> "is ";
            case SYSTEM -> "runs ";
            case NOTE -> "";
        };
    }

    void write(Markup page) {
        key(page);
        String count =
                recording.events().size() == 1
                        ? "one event"
                        : recording.events().size() + " events";
        page.open("details").element("summary", "All as a list: " + count);
        times(page);
        events(page);
        page.close();
    }

    private void key(Markup page) {
        List<Event> moments = recording.moments();
        if (moments.isEmpty()) {
            return;
        }
        if (moments.size() > MAX_KEY) {
            page.element(
                    "p",
                    "%d faults, %d mended, %d notes: their numbers are those of the list."
                            .formatted(
                                    recording.count(Kind.FAULT),
                                    recording.count(Kind.MENDED),
                                    recording.count(Kind.NOTE)),
                    "class",
                    "quiet");
            return;
        }
        page.open("ol", "class", "key");
        for (int i = 0; i < moments.size(); i++) {
            Event event = moments.get(i);
            page.open("li");
            number(page, event, i + 1);
            page.element("span", Scale.written(recording.since(event)), "class", "time");
            page.open("span").element("b", Event.named(event.host())).text(" ");
            what(page, event);
            page.close().close();
        }
        page.close();
    }

    private static void number(Markup page, Event event, int number) {
        page.element(
                "span",
                Integer.toString(number),
                "class",
                "no m-" + event.kind().name().toLowerCase(Locale.ROOT));
    }

    private static void what(Markup page, Event event) {
        page.text(word(event.kind())).element("bdi", event.text());
    }

    /** How long each host was in each phase. */
    private void times(Markup page) {
        List<String> phases =
                recording.events().stream()
                        .filter(event -> event.kind() == Kind.PHASE)
                        .map(Event::text)
                        .distinct()
                        .limit(12)
                        .toList();
        if (phases.isEmpty()) {
            return;
        }
        page.open("div", "class", "wide").open("table").open("thead").open("tr");
        page.element("th", "time in each phase");
        phases.forEach(phase -> page.element("th", phase, "class", "right"));
        page.close().close().open("tbody");
        for (String host : recording.hosts()) {
            page.open("tr").element("th", host);
            Map<String, Duration> times =
                    recording.states(Kind.PHASE, host).stream()
                            .collect(Collectors.toMap(Span::label, Span::length, Duration::plus));
            for (String phase : phases) {
                Duration time = times.get(phase);
                page.element("td", time == null ? "" : Scale.written(time), "class", "right");
            }
            page.close();
        }
        page.close().close().close();
    }

    private void events(Markup page) {
        page.open("div", "class", "wide").open("table", "class", "events").open("thead").open("tr");
        for (String name : List.of("no.", "time", "host", "what happened")) {
            page.element("th", name);
        }
        page.close().close().open("tbody");
        List<Event> moments = recording.moments();
        List<Event> changes =
                recording.events().stream().filter(event -> event.kind().lasts()).toList();
        int moment = 0;
        int change = 0;
        for (Event event : recording.events()) {
            if (event.kind().lasts()) {
                row(page, event, 0, changes, change++);
            } else {
                row(page, event, moment + 1, moments, moment++);
            }
        }
        page.close().close().close();
    }

    /** Those in the middle of too many have one row together. */
    private void row(Markup page, Event event, int number, List<Event> alike, int place) {
        int after = alike.size() - MAX_EACH;
        if (place < MAX_EACH || place >= after) {
            row(page, event, number);
        } else if (place == MAX_EACH) {
            page.open("tr", "class", "left-out")
                    .element(
                            "td",
                            "left out: %d %s from %s to %s"
                                    .formatted(
                                            after - place,
                                            event.kind().lasts()
                                                    ? "changes of phase or system"
                                                    : "events with numbers",
                                            Scale.written(recording.since(event)),
                                            Scale.written(recording.since(alike.get(after - 1)))),
                            "colspan",
                            "4")
                    .close();
        }
    }

    private void row(Markup page, Event event, int number) {
        page.open("tr");
        if (event.kind().lasts()) {
            page.element("td", "");
        } else {
            page.open("td", "id", id(id, number));
            number(page, event, number);
            page.close();
        }
        page.element("td", Scale.written(recording.since(event)), "class", "right");
        page.element("td", Event.named(event.host())).open("td");
        what(page, event);
        page.close().close();
    }
}
