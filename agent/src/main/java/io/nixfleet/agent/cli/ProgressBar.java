package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.Terminal;
import io.nixfleet.agent.console.Units;
import io.nixfleet.agent.fetch.FetchTotals;
import io.nixfleet.substituter.fetch.FetchEvent;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One line of a terminal, redrawn ten times a second: paths and bytes of all, rate, time left. */
final class ProgressBar implements FetchDisplay {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final String CLEAR_LINE = "\r\u001b[K";

    /** Around what is redrawn: it stays one line also when the terminal has become narrower. */
    private static final String NO_WRAPPING = "\u001b[?7l";

    private static final String WRAPPING = "\u001b[?7h";
    private static final int BAR_WIDTH = 20;

    private final PrintWriter err;
    private final Terminal terminal;
    private final FetchTotals totals = new FetchTotals();
    private final Rate rate = new Rate();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread painter;

    ProgressBar(PrintWriter err, Terminal terminal) {
        this.err = err;
        this.terminal = terminal;
        painter = Thread.ofVirtual().name("nixfleet-progress").start(this::repaint);
    }

    @Override
    public void on(FetchEvent event) {
        totals.on(event);
        Incident.describe(event).ifPresent(this::print);
    }

    private synchronized void print(String incident) {
        String line = terminal.colours() ? "\u001b[33m" + incident + "\u001b[0m" : incident;
        err.print(CLEAR_LINE + line + "\n" + line());
        err.flush();
    }

    private void repaint() {
        try {
            do {
                rate.observe(System.nanoTime(), totals.doneBytes());
                synchronized (this) {
                    err.print(CLEAR_LINE + line());
                    err.flush();
                }
            } while (!closed.await(REDRAW.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private String line() {
        String line =
                totals.planned()
                        ? fetching()
                        : "asking for narinfos: %d found".formatted(totals.found());
        int shown = Math.min(line.length(), terminal.columns() - 1);
        return NO_WRAPPING + line.substring(0, shown) + WRAPPING;
    }

    private String fetching() {
        long done = totals.doneBytes();
        long all = Math.max(totals.plannedBytes(), 1);
        int filled = (int) Math.min(BAR_WIDTH, done * BAR_WIDTH / all);
        return String.format(
                Locale.ROOT,
                "[%s%s] %d/%d paths  %s of %s  %s/s  %s",
                "#".repeat(filled),
                "-".repeat(BAR_WIDTH - filled),
                totals.donePaths(),
                totals.plannedPaths(),
                Units.bytes(Math.min(done, all)),
                Units.bytes(totals.plannedBytes()),
                Units.bytes((long) rate.perSecond()),
                left(all - done));
    }

    private String left(long bytes) {
        if (rate.perSecond() < 1) {
            return "";
        }
        long seconds = (long) (Math.max(bytes, 0) / rate.perSecond());
        return String.format(Locale.ROOT, "%d:%02d left", seconds / 60, seconds % 60);
    }

    @Override
    public void close() {
        if (closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        try {
            painter.join(REDRAW.multipliedBy(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }

    /** An amount's growth, smoothed over a few seconds. */
    static final class Rate {
        private static final double WINDOW_SECONDS = 3;

        private long lastTime;
        private long lastAmount;
        private volatile double perSecond;

        void observe(long nanos, long amount) {
            if (lastTime != 0 && nanos > lastTime) {
                double seconds = (nanos - lastTime) / 1e9;
                double now = (amount - lastAmount) / seconds;
                double weight = perSecond == 0 ? 1 : 1 - Math.exp(-seconds / WINDOW_SECONDS);
                double before = perSecond;
                perSecond = before + weight * (now - before);
            }
            lastTime = nanos;
            lastAmount = amount;
        }

        double perSecond() {
            return perSecond;
        }
    }
}
