package io.nixfleet.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.DesiredGeneration;
import io.nixfleet.protocol.HealthReport;
import io.nixfleet.protocol.Report;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolJsonTest {
    private static final Instant NOON = Instant.parse("2026-05-04T12:00:00.250Z");

    @Test
    void readsADesiredGenerationWithAllFields() throws Exception {
        assertThat(
                        ProtocolJson.readDesiredGeneration(
                                """
                                {"hash": "/nix/store/x", "cache_url": "http://c:5000",
                                 "poll_hint": 5, "later_field": [1]}
                                """))
                .isEqualTo(
                        new DesiredGeneration(
                                "/nix/store/x",
                                Optional.of("http://c:5000"),
                                Optional.of(Duration.ofSeconds(5))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"hash\": \"/nix/store/x\"}",
                "{\"hash\": \"/nix/store/x\", \"cache_url\": null, \"poll_hint\": null}",
                "{\"hash\": \"/nix/store/x\", \"cache_url\": \"\"}"
            })
    void takesAbsentNullAndEmptyForNothing(String body) throws Exception {
        assertThat(ProtocolJson.readDesiredGeneration(body))
                .isEqualTo(
                        new DesiredGeneration("/nix/store/x", Optional.empty(), Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    <html>                             | is not JSON
                    []                                 | no text in its field 'hash'
                    {}                                 | no text in its field 'hash'
                    {"hash": 7}                        | no text in its field 'hash'
                    {"hash": ""}                       | no text in its field 'hash'
                    {"hash": "/x", "cache_url": {}}    | field 'cache_url' is not text
                    {"hash": "/x", "poll_hint": "5"}   | field 'poll_hint' is not a number of seconds
                    {"hash": "/x", "poll_hint": -1}    | field 'poll_hint' is not a number of seconds
                    {"hash": "/x", "poll_hint": 1.5}   | field 'poll_hint' is not a number of seconds
                    {"hash": "/x", "poll_hint": 1e300} | field 'poll_hint' is not a number of seconds
                    """)
    void namesTheFieldThatIsWrong(String body, String problem) {
        assertThatThrownBy(() -> ProtocolJson.readDesiredGeneration(body))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void writesAReportAsTheContractSpellsIt() {
        var health =
                new HealthReport(
                        List.of(
                                new CheckResult.Pass("systemd-system", Duration.ofMillis(12)),
                                new CheckResult.Fail("web", Duration.ofSeconds(3), "HTTP 500")),
                        NOON);
        var report =
                new Report(
                        "web-1",
                        "/nix/store/x",
                        false,
                        "rolled back: web: HTTP 500",
                        NOON,
                        List.of("web", "eu"),
                        Optional.of(health),
                        "0.1.0",
                        Duration.ofMillis(61_900));

        assertThat(ProtocolJson.write(report))
                .isEqualTo(
                        """
                        {"machine_id":"web-1","current_generation":"/nix/store/x",\
                        "success":false,"message":"rolled back: web: HTTP 500",\
                        "timestamp":"2026-05-04T12:00:00.250Z","tags":["web","eu"],\
                        "health":{"results":[{"status":"pass","check_name":"systemd-system",\
                        "duration_ms":12},{"status":"fail","check_name":"web",\
                        "duration_ms":3000,"message":"HTTP 500"}],"all_passed":false,\
                        "timestamp":"2026-05-04T12:00:00.250Z"},"agent_version":"0.1.0",\
                        "uptime_seconds":61}\
                        """);
    }

    @Test
    void writesNullWhereAReportHasNoHealth() {
        assertThat(ProtocolJson.write(report("up-to-date"))).contains("\"health\":null");
    }

    @Test
    void cutsAMessageAtTheControlPlanesLimitWithoutBreakingACharacter() {
        String cut = report("€".repeat(2000)).message();

        assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSize(4095);
        assertThat(cut).isEqualTo("€".repeat(1365));
    }

    @Test
    void readsAReportThatItWrote() throws Exception {
        var health =
                new HealthReport(
                        List.of(
                                new CheckResult.Pass("a", Duration.ofMillis(5)),
                                new CheckResult.Fail("b", Duration.ofSeconds(3), "503 \"\n")),
                        NOON);
        var full =
                new Report(
                        "m",
                        "/nix/store/x",
                        false,
                        "rolled back: b",
                        NOON,
                        List.of("eu", "prod"),
                        Optional.of(health),
                        "0.1",
                        Duration.ofDays(3));

        assertThat(ProtocolJson.readReport(ProtocolJson.write(full))).isEqualTo(full);
        assertThat(ProtocolJson.readReport(ProtocolJson.write(report("m")))).isEqualTo(report("m"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"success\":true|\"success\":1|'success' is not true or false",
                "\"tags\":[]|\"tags\":[1]|'tags' is not a list of texts",
                "\"tags\":[]|\"tags\":null|'tags' is not a list",
                "\"uptime_seconds\":0|\"uptime_seconds\":0.5|'uptime_seconds' is not a whole"
                        + " number",
                "2026-05-04|yesterday|'timestamp' is not a time of RFC 3339",
                "machine_id|machine|'machine_id' is not text",
                "\"health\":null|\"health\":{}|'results' is not a list",
                "{|<|the report is not JSON"
            })
    void saysWhatAReportLacks(String part, String replacement, String problem) {
        String spoilt = ProtocolJson.write(report("m")).replace(part, replacement);

        assertThatThrownBy(() -> ProtocolJson.readReport(spoilt))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining(problem);
    }

    private static Report report(String message) {
        return new Report(
                "m",
                "/nix/store/x",
                true,
                message,
                NOON,
                List.of(),
                Optional.empty(),
                "0",
                Duration.ZERO);
    }
}
