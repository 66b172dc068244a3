package io.nixfleet.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveLinesTest {
    private final StringWriter text = new StringWriter();

    private LiveLines on(boolean terminal, boolean json, int rows) {
        var err = new PrintWriter(text);
        return LiveLines.of(
                new CommandOutput(err, err, new Terminal(terminal, false, 31, rows), json));
    }

    /** What a terminal shows in the end, which goes up and clears as it is told. */
    private List<String> screen() {
        var lines = new java.util.ArrayList<String>();
        var line = new StringBuilder();
        String shown = text.toString().replaceAll("\u001b\\[\\?7[hl]", "");
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            if (c == '\u001b') {
                int end = i + 1;
                while (!Character.isLetter(shown.charAt(end))) {
                    end++;
                }
                if (shown.charAt(end) == 'A') {
                    int up = Integer.parseInt(shown.substring(i + 2, end));
                    assertThat(up).isLessThanOrEqualTo(lines.size());
                    lines.subList(lines.size() - up, lines.size()).clear();
                }
                i = end;
            } else if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append(c);
            }
        }
        return lines;
    }

    @Test
    void stayInPlaceOnATerminal() {
        try (var lines = on(true, false, 24)) {
            lines.expect(List.of("web-1", "db"));
            lines.state("db", "evaluating");
            lines.state("web-1", "evaluating");
            lines.state("db", "building");
            lines.footer("nix: building a kernel", true);
            lines.detail("db", "copying a path that has a very long name");
            lines.over("web-1", "ready");
        }

        assertThat(screen()).containsExactly("web-1  ready", "db     building  copying a pat");
    }

    @Test
    void neverTakeMoreRowsThanThereAre() {
        try (var lines = on(true, false, 7)) {
            for (int host = 0; host < 10; host++) {
                lines.state("h" + host, "building");
            }
            lines.over("h0", "ready");
        }

        assertThat(screen())
                .containsExactly(
                        "h1  building",
                        "h2  building",
                        "h3  building",
                        "and 7 more, 1 of them through");
    }

    @Test
    void areALineForEachStateElsewhere() {
        try (var lines = on(false, false, 24)) {
            lines.expect(List.of("web"));
            lines.state("web", "building");
            lines.detail("web", "a line of output");
            lines.footer("nix: copying a path", true);
            lines.footer("nix: a compiler's warning", false);
            lines.state("web", "building");
            lines.over("web", "ready");
        }

        assertThat(text).hasToString("web: building\nnix: copying a path\nweb: ready\n");
    }

    @Test
    void areNotThereForPrograms() {
        try (var lines = on(true, true, 24)) {
            lines.state("web", "building");
        }

        assertThat(text.toString()).isEmpty();
    }
}
