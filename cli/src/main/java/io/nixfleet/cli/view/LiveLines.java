package io.nixfleet.cli.view;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Terminal;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is at work, each with a line of its own. On a terminal the lines stay in place and are
 * redrawn, at most as many as it has room for; elsewhere a line is printed when something changes.
 * Safe for use by many threads.
 */
public final class LiveLines implements AutoCloseable {
    private static final Duration REDRAW = Duration.ofMillis(100);

    /** For the footer, and so that the cursor's own line is never scrolled away. */
    private static final int SPARE_ROWS = 3;

    private static final String NO_WRAPPING = "\u001b[?7l";
    private static final String WRAPPING = "\u001b[?7h";
    private static final String CLEAR_BELOW = "\r\u001b[J";

    private final PrintWriter err;
    private final Terminal terminal;
    private final boolean quiet;
    private final SequencedMap<String, Line> lines = new LinkedHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final @Nullable Thread painter;
    private String footer = "";
    private int drawn;
    private boolean changed;

    /**
     * @param state in a word or two
     * @param detail what is going on, of which only the latest counts
     * @param over whether there is no more to come
     */
    private record Line(String state, String detail, boolean over) {}

    private LiveLines(PrintWriter err, Terminal terminal, boolean quiet) {
        this.err = err;
        this.terminal = terminal;
        this.quiet = quiet;
        this.painter =
                !quiet && terminal.interactive()
                        ? Thread.ofVirtual().name("nixfleet-lines").start(this::repaint)
                        : null;
    }

    /** On standard error, unless a program reads what we print. */
    public static LiveLines of(CommandOutput output) {
        return new LiveLines(output.err(), output.terminal(), output.json());
    }

    /** These will come, in this order. */
    public synchronized void expect(Collection<String> names) {
        names.forEach(name -> lines.put(name, new Line("waiting", "", false)));
        changed = true;
    }

    /** Something is in another state. */
    public void state(String name, String state) {
        change(name, new Line(state, "", false));
    }

    /** Something is through. */
    public void over(String name, String state) {
        change(name, new Line(state, "", true));
    }

    private synchronized void change(String name, Line line) {
        Line former = lines.put(name, line);
        changed = true;
        if (painter == null && !quiet && (former == null || !former.state.equals(line.state))) {
            err.println(Paint.printable(name) + ": " + Paint.printable(line.state));
            err.flush();
        }
    }

    /** Something says how far it is; shown on a terminal only. */
    public synchronized void detail(String name, String detail) {
        Line former = lines.get(name);
        if (former != null && !former.over) {
            lines.put(name, new Line(former.state, detail, false));
            changed = true;
        }
    }

    /**
     * Shows what is going on for all of them: below, until the end.
     *
     * @param lasting whether it is worth a line where lines are printed
     */
    public synchronized void footer(String text, boolean lasting) {
        footer = text;
        changed = true;
        if (lasting && painter == null && !quiet) {
            err.println(Paint.printable(text));
            err.flush();
        }
    }

    private void repaint() {
        try {
            do {
                synchronized (this) {
                    if (changed) {
                        draw();
                    }
                }
            } while (!closed.await(REDRAW.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void draw() {
        var text = new StringBuilder(up(drawn)).append(CLEAR_BELOW).append(NO_WRAPPING);
        var shown = new ArrayList<>(shown(Math.max(1, terminal.rows() - SPARE_ROWS)));
        if (!footer.isEmpty()) {
            shown.add(cut(Paint.printable(footer)));
        }
        shown.forEach(line -> text.append(line).append('\n'));
        err.print(text.append(WRAPPING));
        err.flush();
        drawn = shown.size();
        changed = false;
    }

    private static String up(int rows) {
        return rows == 0 ? "" : "\u001b[%dA".formatted(rows);
    }

    /** All, if there is room; else those that are at work, and how many there are besides. */
    private List<String> shown(int room) {
        int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
        var all = new ArrayList<String>();
        var atWork = new ArrayList<String>();
        lines.forEach(
                (name, line) -> {
                    String text = text(name, width, line);
                    all.add(text);
                    if (!line.over) {
                        atWork.add(text);
                    }
                });
        if (all.size() <= room) {
            return all;
        }
        List<String> first = atWork.subList(0, Math.min(atWork.size(), room - 1));
        var shown = new ArrayList<>(first);
        shown.add(
                cut(
                        "and %d more, %d of them through"
                                .formatted(all.size() - first.size(), all.size() - atWork.size())));
        return shown;
    }

    private String text(String name, int width, Line line) {
        String text =
                Paint.printable(name)
                        + " ".repeat(width - name.length())
                        + "  "
                        + Paint.printable(line.state)
                        + (line.detail.isEmpty() ? "" : "  " + Paint.printable(line.detail));
        return cut(text);
    }

    private String cut(String text) {
        return text.substring(0, Math.min(text.length(), terminal.columns() - 1));
    }

    /** Shows the last state of all, and leaves the cursor below. */
    @Override
    public void close() {
        if (painter == null || closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        try {
            painter.join(REDRAW.multipliedBy(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            footer = "";
            draw();
        }
    }
}
