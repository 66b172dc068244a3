package io.nixfleet.it.module;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The files for Prometheus and Grafana; that the README's metrics exist is MetricsTest's matter.
 */
class MonitoringTest {
    private static final Pattern METRIC = Pattern.compile("nixfleet_agent_[a-z_]+");
    private static final Pattern SUFFIX = Pattern.compile("_(count|sum|max|bucket)$");

    @ParameterizedTest
    @CsvSource({
        "check, rules, alerts.yml",
        "check, config, scrape.yml",
        "test, rules, alerts_test.yml",
    })
    void promtoolIsContentWith(String verb, String what, String file) {
        Path path = ModuleFiles.folder().resolve("prometheus").resolve(file);

        Commands.Outcome outcome =
                Commands.tryRun(List.of("promtool", verb, what, path.toString()));

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"prometheus/alerts.yml", "grafana/nixfleet-agent.json"})
    void asksForMetricsThatThereAre(String file) throws IOException {
        Set<String> asked = metrics(ModuleFiles.folder().resolve(file));

        assertThat(asked).isNotEmpty();
        assertThat(metrics(Path.of("..", "README.md"))).containsAll(asked);
    }

    @Test
    void dashboardHasEachPanelOnce() throws IOException {
        JsonNode dashboard =
                new ObjectMapper()
                        .readTree(
                                ModuleFiles.folder()
                                        .resolve("grafana/nixfleet-agent.json")
                                        .toFile());

        assertThat(dashboard.path("uid").asText()).isEqualTo("nixfleet-agent");
        assertThat(dashboard.path("panels"))
                .hasSizeGreaterThan(20)
                .extracting(panel -> panel.path("id").asInt())
                .doesNotHaveDuplicates();
    }

    private static Set<String> metrics(Path file) throws IOException {
        var names = new TreeSet<String>();
        METRIC.matcher(Files.readString(file))
                .results()
                .map(found -> SUFFIX.matcher(found.group()).replaceFirst(""))
                .forEach(names::add);
        return names;
    }
}
