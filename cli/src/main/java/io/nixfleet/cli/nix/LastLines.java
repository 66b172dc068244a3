package io.nixfleet.cli.nix;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/** The last lines that a child printed, on both its streams, as they came. */
final class LastLines implements Consumer<String> {
    private static final int KEPT = 200;

    private final ArrayDeque<String> lines = new ArrayDeque<>();

    @Override
    public synchronized void accept(String line) {
        if (lines.size() == KEPT) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    @Override
    public synchronized String toString() {
        return String.join("\n", lines);
    }
}
