package io.nixfleet.cli.view;

import io.nixfleet.agent.console.Paint;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns of text, each as wide as its widest cell. */
public final class Table {
    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<Cell>> rows = new ArrayList<>();

    /**
     * Text with its colour.
     *
     * @param paint adds the colour, which takes no room
     */
    public record Cell(String text, UnaryOperator<String> paint) {
        public Cell {
            text = Paint.printable(text);
        }

        public static Cell of(String text) {
            return new Cell(text, UnaryOperator.identity());
        }
    }

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    public void row(Cell... cells) {
        rows.add(List.of(cells));
    }

    public void row(String... cells) {
        rows.add(List.of(cells).stream().map(Cell::of).toList());
    }

    public boolean empty() {
        return rows.isEmpty();
    }

    /** Prints headings and rows. */
    public void print(PrintWriter out) {
        int[] widths = headings.stream().mapToInt(String::length).toArray();
        for (List<Cell> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], length(row.get(i).text()));
            }
        }
        print(out, headings.stream().map(Cell::of).toList(), widths);
        rows.forEach(row -> print(out, row, widths));
    }

    private static void print(PrintWriter out, List<Cell> row, int[] widths) {
        var line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            Cell cell = row.get(i);
            line.append(cell.paint().apply(cell.text()));
            if (i < row.size() - 1) {
                line.repeat(" ", widths[i] - length(cell.text())).append(GAP);
            }
        }
        out.println(line.toString().stripTrailing());
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
