package io.nixfleet.it.report;

import io.nixfleet.it.report.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The timeline of a scenario: names of hosts, which stay where they are, and a lane for each host,
 * which a narrow screen scrolls. The colours are those of report.css.
 */
final class Drawing {
    /** The phases that have a colour, in the order of the legend. */
    static final List<String> PHASES =
            List.of(
                    "idle",
                    "up",
                    "checking",
                    "fetching",
                    "applying",
                    "verifying",
                    "reporting",
                    "rolling_back",
                    "down");

    /** Of one that fits on a screen. */
    private static final double WIDTH = 960;

    private static final double WIDEST = 8 * WIDTH;

    /** With more changes than this on a lane one sees that they are, and no more. */
    private static final int DENSE = 240;

    private static final double EACH = 8;

    private static final double NAMES = 112;
    private static final double AXIS = 26;
    private static final double ROW = 19;
    private static final double FLAG = 15;
    private static final double PHASE = 22;
    private static final double SYSTEM = 15;
    private static final double SPACE = 14;
    private static final double SIZE = 11;
    private static final int SHADES = 5;

    private final Recording recording;
    private final String id;
    private final Scale scale;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, Integer> shades = new LinkedHashMap<>();
    private final double height;

    private record Lane(String host, double y, double bands, double end, List<Marker> markers) {}

    /**
     * @param id of the scenario on the page
     */
    private Drawing(Recording recording, String id, double width) {
        this.recording = recording;
        this.id = id;
        scale = new Scale(recording.length(), width);
        double y = AXIS + SPACE / 2;
        var rows = new ArrayList<String>();
        rows.add(Event.FLEET);
        rows.addAll(recording.hosts());
        for (String host : rows) {
            List<Marker> markers = Marker.of(recording, host, scale);
            if (host.equals(Event.FLEET) && markers.isEmpty()) {
                continue;
            }
            double bands = y + ROW * (1 + markers.stream().mapToInt(Marker::row).max().orElse(-1));
            double end = host.equals(Event.FLEET) ? bands : bands + PHASE;
            if (!recording.states(Kind.SYSTEM, host).isEmpty()) {
                end += SYSTEM;
            }
            lanes.add(new Lane(host, y, bands, end, markers));
            y = end + SPACE;
        }
        height = y;
    }

    /** All of it as wide as a screen. */
    static Drawing whole(Recording recording, String id) {
        return new Drawing(recording, id, WIDTH);
    }

    /** One to scroll, if there is more to see than in the other one. */
    static Optional<Drawing> wide(Recording recording, String id) {
        int changes =
                recording.hosts().stream()
                        .mapToInt(host -> recording.states(Kind.PHASE, host).size())
                        .max()
                        .orElse(0);
        return changes <= DENSE
                ? Optional.empty()
                : Optional.of(new Drawing(recording, id, Math.min(WIDEST, EACH * changes)));
    }

    void write(Markup page) {
        page.open("div", "class", "chart", "tabindex", "0");
        names(page);
        page.open(
                "svg",
                "class",
                "lanes",
                "role",
                "group",
                "aria-label",
                "Timeline; the list of events below says the same",
                "width",
                number(scale.width() + Marker.MARGIN),
                "height",
                number(height));
        faults(page);
        axis(page);
        lanes.forEach(lane -> lane(page, lane));
        page.close().close();
    }

    private void names(Markup page) {
        page.open(
                "svg",
                "class",
                "names",
                "aria-hidden",
                "true",
                "width",
                number(NAMES),
                "height",
                number(height));
        for (Lane lane : lanes) {
            line(page, "rule", 0, lane.end + SPACE / 2, NAMES, lane.end + SPACE / 2);
            String name = Event.named(lane.host);
            double y = lane.bands + (lane.end > lane.bands ? PHASE / 2 : -ROW / 2) + 4;
            page.open("text", "class", "host", "x", "0", "y", number(y))
                    .text(Lettering.fit(name, 12.5, NAMES - 8, 1))
                    .element("title", name)
                    .close();
        }
        page.close();
    }

    private void axis(Markup page) {
        for (Duration tick : scale.ticks()) {
            double x = scale.x(tick);
            line(page, "grid", x, AXIS - 6, x, height);
            label(page, x == 0 ? "tick first" : "tick", x, 13, scale.tick(tick));
        }
        line(page, "axis", 0, AXIS - 3, scale.width(), AXIS - 3);
        lanes.forEach(
                lane ->
                        line(
                                page,
                                "rule",
                                0,
                                lane.end + SPACE / 2,
                                scale.width() + Marker.MARGIN,
                                lane.end + SPACE / 2));
    }

    /** Behind all else: the time in which something was wrong. */
    private void faults(Markup page) {
        for (Lane lane : lanes) {
            boolean fleet = lane.host.equals(Event.FLEET);
            double y = lane.y - SPACE / 2 + 2;
            double end = fleet ? height : lane.end + SPACE / 2 - 2;
            for (Block block : Block.ofLoose(recording.faults(lane.host), scale)) {
                rectangle(page, "wrong", block.x(), y, block.width(), end - y, block.title());
            }
        }
    }

    private void lane(Markup page, Lane lane) {
        if (!lane.host.equals(Event.FLEET)) {
            line(page, "unknown", 0, lane.bands + PHASE / 2, scale.width(), lane.bands + PHASE / 2);
        }
        for (Block block : Block.of(recording.states(Kind.PHASE, lane.host), scale)) {
            String kind = PHASES.contains(block.label()) ? block.label() : "other";
            boolean idle = kind.equals("idle") || kind.equals("up");
            rectangle(
                    page,
                    "p-" + kind,
                    block.x(),
                    idle ? lane.bands + PHASE / 2 - 3 : lane.bands,
                    block.width(),
                    idle ? 6 : PHASE,
                    block.title());
            if (!idle && fits(block.label(), block)) {
                label(page, "in-" + kind, middle(block), lane.bands + PHASE / 2 + 4, block.label());
            }
        }
        for (Block block : Block.of(recording.states(Kind.SYSTEM, lane.host), scale)) {
            double y = lane.bands + PHASE + 2;
            rectangle(
                    page,
                    "s-" + shade(block.label()),
                    block.x(),
                    y,
                    block.width(),
                    SYSTEM - 2,
                    "runs " + block.title());
            String label = fits(block.label(), block) ? block.label() : lastWord(block.label());
            if (fits(label, block)) {
                label(page, "system", middle(block), y + SYSTEM - 5, label);
            }
        }
        lane.markers.forEach(marker -> flag(page, lane, marker));
    }

    private static boolean fits(String label, Block block) {
        return Lettering.width(label, SIZE) + 6 <= block.width();
    }

    private static double middle(Block block) {
        return block.x() + block.width() / 2;
    }

    /** The same one for all hosts of a release, whose name is the last word. */
    private int shade(String label) {
        return shades.computeIfAbsent(lastWord(label), _ -> shades.size()) % SHADES;
    }

    private static String lastWord(String label) {
        return label.substring(label.lastIndexOf(' ') + 1);
    }

    private void flag(Markup page, Lane lane, Marker marker) {
        String kind = marker.kind().name().toLowerCase(Locale.ROOT);
        double y = lane.y + marker.row() * ROW;
        double pole = lane.end > lane.bands ? lane.bands + PHASE : lane.end;
        page.open("a", "class", "m-" + kind, "href", "#" + EventList.id(id, marker.first()));
        page.element("title", marker.title(recording));
        line(page, "pole", marker.at(), y, marker.at(), pole);
        page.open("rect", attributes("cloth", marker.at(), y, marker.width(), FLAG)).close();
        double text = marker.at() + 4;
        String icon = icon(marker.kind(), text, y + FLAG / 2);
        if (!icon.isEmpty()) {
            page.open("path", "class", "icon", "d", icon).close();
            text += 13;
        }
        page.open("text", "class", "number", "x", number(text), "y", number(y + 11.5))
                .text(marker.label())
                .close();
        if (!marker.caption().isEmpty()) {
            page.open(
                            "text",
                            "class",
                            "caption",
                            "x",
                            number(marker.at() + marker.width() + 4),
                            "y",
                            number(y + 11.5))
                    .text(marker.caption())
                    .close();
        }
        page.close();
    }

    /** A cross for what breaks, a tick for what is right again. */
    private static String icon(Kind kind, double x, double middle) {
        return switch (kind) {
            case FAULT -> "M%1$s %2$sl7 7m0 -7l-7 7".formatted(number(x + 1), number(middle - 3.5));
            case MENDED -> "M%s %sl3 3.5l5 -7".formatted(number(x), number(middle));
            case NOTE, PHASE, SYSTEM -> "";
        };
    }

    private static void rectangle(
            Markup page,
            String kind,
            double x,
            double y,
            double width,
            double height,
            String title) {
        page.open("rect", attributes(kind, x, y, width, height)).element("title", title).close();
    }

    private static String[] attributes(
            String kind, double x, double y, double width, double height) {
        return new String[] {
            "class",
            kind,
            "x",
            number(x),
            "y",
            number(y),
            "width",
            number(width),
            "height",
            number(height)
        };
    }

    private static void line(Markup page, String kind, double x1, double y1, double x2, double y2) {
        page.open(
                        "line",
                        "class",
                        kind,
                        "x1",
                        number(x1),
                        "y1",
                        number(y1),
                        "x2",
                        number(x2),
                        "y2",
                        number(y2))
                .close();
    }

    private static void label(Markup page, String kind, double x, double y, String text) {
        page.open("text", "class", kind, "x", number(x), "y", number(y)).text(text).close();
    }

    private static String number(double pixels) {
        double rounded = Math.round(pixels * 10) / 10.0;
        return rounded == Math.rint(rounded)
                ? Long.toString((long) rounded)
                : Double.toString(rounded);
    }
}
