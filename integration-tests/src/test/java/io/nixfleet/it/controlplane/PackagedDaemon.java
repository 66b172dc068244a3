package io.nixfleet.it.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.server.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The packaged daemon as a child process, with its files in one folder; it changes no host. */
final class PackagedDaemon implements AutoCloseable {
    static final String MACHINE = "web-1";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    private static final long STOP_SECONDS = 20;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Path directory;
    private final int port;

    /** The options of one to be. Polls, retries and health checks follow by the second. */
    static final class Options {
        private final Path directory;
        private final Map<String, String> options = new LinkedHashMap<>();

        private Options(Path directory, URI controlPlane) {
            this.directory = directory;
            with("--control-plane-url", controlPlane.toString());
            with("--machine-id", MACHINE);
            with("--db-path", directory.resolve("state.db").toString());
            with("--socket", directory.resolve("control.sock").toString());
            with("--health-config", directory.resolve("health-checks.json").toString());
            with("--metrics-port", String.valueOf(FreePort.next()));
            with("--poll-interval", "1").with("--retry-interval", "1");
            with("--health-interval", "1");
            if (controlPlane.getScheme().equals("http")) {
                with("--allow-insecure", "true");
            }
        }

        /** Sets an option, or sets it anew. */
        Options with(String option, String value) {
            options.put(option, value);
            return this;
        }

        PackagedDaemon start() throws IOException {
            Files.writeString(
                    directory.resolve("health-checks.json"),
                    "{\"command\": [{\"name\": \"fine\", \"command\": \"true\"}]}");
            var command = new ArrayList<String>();
            command.add(System.getProperty("nixfleet.package.dir") + "/bin/nixfleet-agent");
            options.forEach((option, value) -> command.add(option + "=" + value));
            var builder =
                    new ProcessBuilder(command)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("log").toFile());
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("HOME", directory.toString());
            // As on a host whose nix.conf says nothing, whatever the one of this machine says.
            builder.environment().put("NIX_CONFIG", "experimental-features =");
            return new PackagedDaemon(
                    builder.start(),
                    directory,
                    Integer.parseInt(options.getOrDefault("--metrics-port", "")));
        }
    }

    private PackagedDaemon(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    static Options in(Path directory, URI controlPlane) {
        return new Options(directory, controlPlane);
    }

    int port() {
        return port;
    }

    Path socket() {
        return directory.resolve("control.sock");
    }

    /** The processes that it has started and that run. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Duration uptime() {
        return Duration.between(process.info().startInstant().orElseThrow(), Instant.now());
    }

    long residentBytes() {
        return Long.parseLong(proc("statm").split(" ")[1]) * 4096;
    }

    /** Of itself, without children. */
    Duration processorTime() {
        // After the name, which may hold anything: the times are fields 14 and 15, in 10 ms.
        String stat = proc("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Duration.ofMillis((Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10);
    }

    private String proc(String file) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), file));
        } catch (IOException e) {
            throw new AssertionError("the daemon ended: " + text(), e);
        }
    }

    /** What the metrics port answers; nothing before it listens. */
    Optional<HttpResponse<String>> get(String path) {
        if (!process.isAlive()) {
            throw new AssertionError("the daemon ended: " + text());
        }
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(ANSWER_LIMIT)
                        .build();
        try {
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException _) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The text of {@code /readyz}, once its status is this one. */
    String awaitReadiness(int status) {
        return Await.value(
                "/readyz answers %d; it is %s".formatted(status, get("/readyz")),
                Await.LIMIT,
                () ->
                        get("/readyz")
                                .filter(answer -> answer.statusCode() == status)
                                .map(HttpResponse::body));
    }

    JsonNode status() {
        return Await.value("/v1/status answers", Await.LIMIT, () -> get("/v1/status"))
                .body()
                .transform(PackagedDaemon::parse);
    }

    /** All that it told Prometheus. */
    String metrics() {
        return Await.value("/metrics answers", Await.LIMIT, () -> get("/metrics")).body();
    }

    /** A series of the agent's own, such as {@code polls_total{result="ok"}}. */
    Optional<Double> metric(String series) {
        String start = "nixfleet_agent_" + series + " ";
        return metrics()
                .lines()
                .filter(line -> line.startsWith(start))
                .map(line -> Double.valueOf(line.substring(start.length())))
                .findFirst();
    }

    void awaitMetric(String series, double least) {
        Await.until(
                "%s is at least %s".formatted(series, least),
                Await.LIMIT,
                () -> metric(series).filter(value -> value >= least).isPresent());
    }

    /** The log so far, a line an event. */
    List<JsonNode> log() {
        // The last line may be half written.
        String text = text();
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(PackagedDaemon::parse)
                .toList();
    }

    /** The first event of the log whose message has these words. */
    JsonNode awaitLog(String words) {
        return Await.value(
                "the log says: " + words,
                Await.LIMIT,
                () ->
                        log().stream()
                                .filter(event -> event.path("message").asText().contains(words))
                                .findFirst());
    }

    private String text() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }

    /** Ends it as systemd does, and returns its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("did not end within " + STOP_SECONDS + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
