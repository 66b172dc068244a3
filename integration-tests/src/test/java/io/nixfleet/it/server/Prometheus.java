package io.nixfleet.it.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Debian's Prometheus, which scrapes agents every second. */
public final class Prometheus implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final int port;

    private Prometheus(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one.
     *
     * @param targets {@code host:port} of each agent, by the name that its series get as {@code
     *     instance}
     * @param directory its own, for what it writes
     */
    public static Prometheus scraping(Map<String, String> targets, Path directory)
            throws IOException {
        var scraped = new StringBuilder();
        targets.forEach(
                (name, target) ->
                        scraped.append(
                                "      - {targets: [\"%s\"], labels: {instance: \"%s\"}}\n"
                                        .formatted(target, name)));
        Path config =
                Files.writeString(
                        directory.resolve("prometheus.yml"),
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - job_name: agent
                            static_configs:
                        """
                                + scraped);
        int port = FreePort.next();
        Process process =
                new ProcessBuilder(
                                "/usr/bin/prometheus",
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                                "--web.listen-address=127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("prometheus.log").toFile())
                        .start();
        return new Prometheus(process, port);
    }

    /** The value of an expression; nothing while it has none, or more than one. */
    public Optional<Double> query(String expression) {
        JsonNode result = result(expression);
        return result.size() == 1
                ? Optional.of(Double.valueOf(result.at("/0/value/1").asText()))
                : Optional.empty();
    }

    /** The values that a label has in the series of an expression. */
    public Set<String> labels(String expression, String label) {
        var values = new TreeSet<String>();
        for (JsonNode series : result(expression)) {
            values.add(series.path("metric").path(label).asText());
        }
        return values;
    }

    private JsonNode result(String expression) {
        String target =
                "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                        .timeout(ANSWER_LIMIT)
                        .build();
        try {
            return MAPPER.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                    .at("/data/result");
        } catch (IOException e) {
            if (!process.isAlive()) {
                throw new AssertionError("prometheus ended with " + process.exitValue(), e);
            }
            // It has not come up yet.
            return MissingNode.getInstance();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        http.close();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
