package io.nixfleet.it.report;

import io.nixfleet.it.report.Event.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A flag on a lane, with the number of what happened. Those too near to each other are one flag.
 *
 * @param row 0 is on top
 * @param at where its pole is, and where its cloth begins
 * @param events by their numbers
 * @param caption what there is room for of the first event's text; may be empty
 */
record Marker(int row, double at, double width, SortedMap<Integer, Event> events, String caption) {
    static final int ROWS = 4;
    static final double FONT = 10.5;

    /** What flags may stand out to the right of the scale. */
    static final double MARGIN = 130;

    private static final double GAP = 4;
    private static final double ICON = 13;
    private static final double LONGEST_CAPTION = 220;
    private static final int LEAST_CAPTION = 8;
    private static final int NAMED_IN_TITLE = 12;

    int first() {
        return events.firstKey();
    }

    Kind kind() {
        return kind(events);
    }

    private static Kind kind(SortedMap<Integer, Event> events) {
        return events.values().stream().map(Event::kind).sorted().findFirst().orElseThrow();
    }

    String label() {
        return label(events);
    }

    private static String label(SortedMap<Integer, Event> events) {
        return events.firstKey() + (events.size() == 1 ? "" : "+" + (events.size() - 1));
    }

    /** For a person who points at it. */
    String title(Recording recording) {
        String titles =
                events.entrySet().stream()
                        .limit(NAMED_IN_TITLE)
                        .map(
                                event ->
                                        "%d, %s, %s%s"
                                                .formatted(
                                                        event.getKey(),
                                                        Scale.written(
                                                                recording.since(event.getValue())),
                                                        EventList.word(event.getValue().kind()),
                                                        event.getValue().text()))
                        .collect(Collectors.joining("\n"));
        return events.size() > NAMED_IN_TITLE
                ? titles + "\nand " + (events.size() - NAMED_IN_TITLE) + " more"
                : titles;
    }

    /** The flags of a lane, from left to right. */
    static List<Marker> of(Recording recording, String host, Scale scale) {
        var placing = new Placing(scale);
        List<Event> moments = recording.moments();
        for (int i = 0; i < moments.size(); i++) {
            if (moments.get(i).host().equals(host)) {
                placing.add(i + 1, moments.get(i), scale.x(recording.drawn(moments.get(i))));
            }
        }
        return placing.markers();
    }

    private static final class Flag {
        final int row;
        final double at;
        final SortedMap<Integer, Event> events = new TreeMap<>();

        Flag(int row, double at) {
            this.row = row;
            this.at = at;
        }

        double end() {
            double icon = kind(events) == Kind.NOTE ? 0 : ICON;
            return at + icon + 8 + Lettering.bold(label(events), FONT);
        }
    }

    /** From left to right; so that no pole crosses a flag or a caption. */
    private static final class Placing {
        private final Scale scale;
        private final List<Flag> flags = new ArrayList<>();
        private final double[] flagsEnd = new double[ROWS];
        private final double[] captionsEnd = new double[ROWS];

        /** Without the captions of notes, which give way to faults. */
        private final double[] faultsEnd = new double[ROWS];

        Placing(Scale scale) {
            this.scale = scale;
            Arrays.fill(flagsEnd, -GAP);
            Arrays.fill(captionsEnd, -GAP);
            Arrays.fill(faultsEnd, -GAP);
        }

        void add(int number, Event event, double at) {
            int row = highest(event.kind() == Kind.NOTE ? captionsEnd : faultsEnd, at);
            if (row == ROWS) {
                row = highest(flagsEnd, at);
            }
            Flag flag;
            if (row < ROWS) {
                flag = new Flag(row, at);
                flags.add(flag);
            } else {
                flag = nearest(event.kind(), at);
            }
            flag.events.put(number, event);
            flagsEnd[flag.row] = flag.end();
            double caption = Math.min(LONGEST_CAPTION, Lettering.width(event.text(), FONT));
            captionsEnd[flag.row] = flag.end() + (flag.events.size() == 1 ? GAP + caption : 0);
            faultsEnd[flag.row] =
                    kind(flag.events) == Kind.NOTE ? flag.end() : captionsEnd[flag.row];
        }

        /** The highest row whose pole is in nobody's way; {@link #ROWS} if there is none. */
        private static int highest(double[] ends, double at) {
            int row = ROWS;
            while (row > 0 && ends[row - 1] + GAP <= at) {
                row--;
            }
            return row;
        }

        /** Of the flags that are in the way, the last one of the same kind; else the last one. */
        private Flag nearest(Kind kind, double at) {
            List<Flag> near = flags.stream().filter(flag -> flag.end() + GAP > at).toList();
            return near.stream()
                    .filter(flag -> kind(flag.events) == kind)
                    .reduce((_, b) -> b)
                    .orElse(near.getLast());
        }

        List<Marker> markers() {
            var markers = new ArrayList<Marker>();
            for (int i = 0; i < flags.size(); i++) {
                Flag flag = flags.get(i);
                double next =
                        flags.stream()
                                .skip(i + 1L)
                                .filter(later -> later.row <= flag.row)
                                .mapToDouble(later -> later.at)
                                .findFirst()
                                .orElse(scale.width() + MARGIN);
                double room = Math.min(LONGEST_CAPTION, next - flag.end() - 2 * GAP);
                String caption =
                        Lettering.fit(
                                flag.events.firstEntry().getValue().text(),
                                FONT,
                                room,
                                LEAST_CAPTION);
                markers.add(
                        new Marker(
                                flag.row,
                                flag.at,
                                flag.end() - flag.at,
                                flag.events,
                                flag.events.size() == 1 ? caption : ""));
            }
            return markers;
        }
    }
}
