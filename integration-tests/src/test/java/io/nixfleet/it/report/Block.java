package io.nixfleet.it.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A piece of a band, never thinner than a person sees.
 *
 * @param label of the state that it is drawn as
 * @param spans the states in it; more than one if each alone was too thin
 */
record Block(double x, double width, String label, List<Span> spans) {
    static final double THINNEST = 1.5;

    /** They are short, and what a reader looks for. */
    private static final List<String> NEVER_HIDDEN = List.of("rolling_back", "down");

    private static final int NAMED_IN_TITLE = 5;

    /**
     * The blocks of states without gaps that follow each other. The last one may stand out by its
     * least width.
     */
    static List<Block> of(List<Span> spans, Scale scale) {
        var blocks = new ArrayList<Block>();
        var thin = new ArrayList<Span>();
        double at = 0;
        for (Span span : spans) {
            double end = scale.x(span.to());
            if (!thin.isEmpty()) {
                double from = Math.max(at, scale.x(thin.getFirst().from()));
                double to = Math.max(from + THINNEST, scale.x(span.from()));
                if (end - to >= THINNEST) {
                    blocks.add(merged(from, to, thin));
                    thin.clear();
                    at = to;
                }
            }
            thin.add(span);
            double from = Math.max(at, scale.x(thin.getFirst().from()));
            if (end - from >= THINNEST) {
                blocks.add(merged(from, end, thin));
                thin.clear();
                at = end;
            }
        }
        if (!thin.isEmpty()) {
            double from = Math.max(at, scale.x(thin.getFirst().from()));
            blocks.add(merged(from, from + THINNEST, thin));
        }
        return blocks;
    }

    /** The blocks of spans with gaps between them; those that touch each other become one. */
    static List<Block> ofLoose(List<Span> spans, Scale scale) {
        var blocks = new ArrayList<Block>();
        for (Span span : spans.stream().sorted(Comparator.comparing(Span::from)).toList()) {
            double from = scale.x(span.from());
            double to = Math.max(from + THINNEST, scale.x(span.to()));
            var together = new ArrayList<Span>();
            if (!blocks.isEmpty() && from <= blocks.getLast().x + blocks.getLast().width) {
                Block last = blocks.removeLast();
                together.addAll(last.spans);
                from = last.x;
                to = Math.max(to, last.x + last.width);
            }
            together.add(span);
            blocks.add(merged(from, to, together));
        }
        return blocks;
    }

    private static Block merged(double from, double to, List<Span> spans) {
        return new Block(from, to - from, mostTelling(spans), List.copyOf(spans));
    }

    private static String mostTelling(List<Span> spans) {
        Map<String, Duration> lengths =
                spans.stream().collect(Collectors.toMap(Span::label, Span::length, Duration::plus));
        for (String label : NEVER_HIDDEN) {
            if (lengths.containsKey(label)) {
                return label;
            }
        }
        return lengths.entrySet().stream()
                .max(
                        Map.Entry.<String, Duration>comparingByValue()
                                .thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
    }

    /** For a person who points at it. */
    String title() {
        Duration from = spans.getFirst().from();
        Duration to = spans.stream().map(Span::to).max(Comparator.naturalOrder()).orElseThrow();
        String labels =
                spans.stream()
                        .limit(NAMED_IN_TITLE)
                        .map(Span::label)
                        .collect(Collectors.joining(", "));
        String more =
                spans.size() > NAMED_IN_TITLE
                        ? " and " + (spans.size() - NAMED_IN_TITLE) + " more"
                        : "";
        return "%s%s: %s to %s (%s)"
                .formatted(
                        labels,
                        more,
                        Scale.written(from),
                        Scale.written(to),
                        Scale.written(to.minus(from)));
    }
}
