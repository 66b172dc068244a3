package io.nixfleet.it.report;

import io.nixfleet.it.report.Event.Kind;
import java.util.List;

/** One scenario on the page. */
final class Section {
    private final Recording recording;
    private final String id;

    Section(Recording recording, String id) {
        this.recording = recording;
        this.id = id;
    }

    /** A row of the table of contents. */
    void entry(Markup page) {
        page.open("tr");
        page.open("td");
        badge(page);
        page.close();
        page.open("td").element("a", recording.scenario(), "href", "#" + id).close();
        page.element("td", Scale.written(recording.length()), "class", "right");
        page.element("td", Integer.toString(recording.hosts().size()), "class", "right");
        page.element("td", Long.toString(recording.count(Kind.FAULT)), "class", "right");
        page.close();
    }

    void write(Markup page) {
        page.open("section", "id", id).open("h2");
        badge(page);
        page.text(" ").element("bdi", recording.scenario()).close();
        page.element("p", recording.says(), "class", "says");
        page.element(
                "p",
                "%s · %s · %s"
                        .formatted(
                                Scale.written(recording.length()),
                                counted(recording.hosts().size(), "host"),
                                counted(recording.count(Kind.FAULT), "fault")),
                "class",
                "quiet");
        if (recording.outcome() instanceof Outcome.Failed(String why)) {
            page.element("pre", why, "class", "why");
        }
        if (recording.leftOut() > 0) {
            page.element(
                    "p",
                    "The recording was full: %d events are missing, and what is drawn last runs on."
                            .formatted(recording.leftOut()),
                    "class",
                    "warning");
        }
        if (recording.hosts().isEmpty() && recording.events().isEmpty()) {
            page.element("p", "Nothing was recorded.", "class", "quiet");
        } else {
            Drawing.whole(recording, id).write(page);
            legend(page);
            Drawing.wide(recording, id).ifPresent(drawing -> wide(page, drawing));
            new EventList(recording, id).write(page);
        }
        page.close();
    }

    private static void wide(Markup page, Drawing drawing) {
        page.open("details").element("summary", "The same, wider, to scroll");
        drawing.write(page);
        page.close();
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private void badge(Markup page) {
        String word = recording.outcome().word();
        page.element("span", word, "class", "badge " + word);
    }

    /** Of what there is to see in this drawing. */
    private void legend(Markup page) {
        List<String> phases =
                recording.events().stream()
                        .filter(event -> event.kind() == Kind.PHASE)
                        .map(Event::text)
                        .distinct()
                        .toList();
        page.open("ul", "class", "legend");
        for (String phase : Drawing.PHASES) {
            if (phases.contains(phase)) {
                String meaning = phase.equals("down") ? "down: no answer" : phase;
                swatch(page, "p-" + phase, meaning);
            }
        }
        if (!Drawing.PHASES.containsAll(phases)) {
            swatch(page, "p-other", "another phase");
        }
        if (recording.count(Kind.SYSTEM) > 0) {
            swatch(page, "s-0", "system that runs");
        }
        if (recording.count(Kind.FAULT) > 0) {
            swatch(page, "l-fault", "fault");
        }
        if (recording.count(Kind.MENDED) > 0) {
            swatch(page, "l-wrong", "until it is mended");
            swatch(page, "l-mended", "mended");
        }
        if (recording.count(Kind.NOTE) > 0) {
            swatch(page, "l-note", "note");
        }
        page.close();
    }

    private static void swatch(Markup page, String kind, String meaning) {
        page.open("li");
        page.open("svg", "width", "18", "height", "12", "aria-hidden", "true");
        page.open("rect", "class", kind, "width", "18", "height", "12", "rx", "2").close();
        page.close().text(meaning).close();
    }
}
