package io.nixfleet.it.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.server.FreePort;
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
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Debian's Prometheus, which scrapes one daemon every second. */
final class Prometheus implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final int port;

    private Prometheus(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static Prometheus scraping(PackagedDaemon daemon, Path directory) throws IOException {
        Path config =
                Files.writeString(
                        directory.resolve("prometheus.yml"),
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - job_name: agent
                            static_configs: [{targets: ["127.0.0.1:%d"]}]
                        """
                                .formatted(daemon.port()));
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
    Optional<Double> query(String expression) {
        String target =
                "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                        .timeout(ANSWER_LIMIT)
                        .build();
        try {
            JsonNode result =
                    MAPPER.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                            .at("/data/result");
            return result.size() == 1
                    ? Optional.of(Double.valueOf(result.at("/0/value/1").asText()))
                    : Optional.empty();
        } catch (IOException e) {
            if (!process.isAlive()) {
                throw new AssertionError("prometheus ended with " + process.exitValue(), e);
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
