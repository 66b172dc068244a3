package io.nixfleet.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.console.Paint;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private static String printed(Table table) {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        table.print(out);
        out.flush();
        return text.toString();
    }

    @Test
    void isAsWideAsItsWidestCells() {
        var table = new Table("HOST", "A", "");
        table.row("web", "long", "x");
        table.row("database", "", "");

        assertThat(printed(table)).isEqualTo("HOST      A\nweb       long  x\ndatabase\n");
    }

    @Test
    void countsNoColours() {
        var table = new Table("A", "B");
        table.row(new Table.Cell("ok", new Paint(true)::good), Table.Cell.of("x"));
        table.row("long", "y");

        assertThat(printed(table)).isEqualTo("A     B\n\033[32mok\033[0m    x\nlong  y\n");
    }

    @Test
    void isHarmlessToATerminal() {
        var table = new Table("A");
        table.row("a\u001b[2Jb\nc");

        assertThat(printed(table)).isEqualTo("A\na?[2Jb c\n");
    }
}
