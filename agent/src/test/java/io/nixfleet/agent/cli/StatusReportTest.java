package io.nixfleet.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusReportTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    private static List<String> caches(boolean colours, String caches) throws Exception {
        var status =
                (ObjectNode) new ObjectMapper().readTree("{\"caches\": [%s]}".formatted(caches));
        var out = new StringWriter();
        new StatusReport(status, NOW, new Paint(colours))
                .print(new PrintWriter(out), new PrintWriter(out), false);
        return out.toString().lines().filter(line -> line.startsWith("cache ")).toList();
    }

    @Test
    void saysHowEachCacheIs() throws Exception {
        assertThat(
                        caches(
                                false,
                                """
                                {"name": "https://a", "state": "not_asked", "problem": null},
                                {"name": "https://b", "state": "fine", "problem": null},
                                {"name": "https://c", "state": "troubled", "problem": "reset"},
                                {"name": "https://d", "state": "set_aside", "problem": "re\\nfused"},
                                {"name": "https://e", "state": "newer\\u001b[m", "problem": null}
                                """))
                .containsExactly(
                        "cache       https://a not asked yet",
                        "cache       https://b fine",
                        "cache       https://c in trouble: reset",
                        "cache       https://d set aside: re fused",
                        "cache       https://e newer?[m");
    }

    @Test
    void coloursHowTheyAre() throws Exception {
        assertThat(caches(true, "{\"name\": \"a\", \"state\": \"set_aside\", \"problem\": \"b\"}"))
                .containsExactly("cache       a \033[31mset aside\033[0m: b");
    }

    @Test
    void saysNothingOfCachesWhereThereAreNone() throws Exception {
        assertThat(caches(false, "")).isEmpty();
    }
}
