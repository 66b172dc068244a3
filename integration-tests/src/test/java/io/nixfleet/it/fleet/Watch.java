package io.nixfleet.it.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.report.Timeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Looks at what each agent says of itself, several times a second, and writes it down. */
final class Watch implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final Supplier<Timeline> timeline;
    private final BiFunction<String, String, Optional<String>> variants;
    private final List<Thread> threads = new ArrayList<>();

    /**
     * @param variants of systems, by their hosts and paths
     */
    Watch(Supplier<Timeline> timeline, BiFunction<String, String, Optional<String>> variants) {
        this.timeline = timeline;
        this.variants = variants;
    }

    /**
     * Begins to look at one.
     *
     * @param target {@code host:port} of its metrics
     */
    void look(String host, String target) {
        URI uri = URI.create("http://" + target + "/v1/status");
        threads.add(Thread.ofVirtual().name("watch-" + host).start(() -> look(host, uri)));
    }

    private void look(String host, URI uri) {
        var request = HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT).build();
        try {
            while (true) {
                note(host, Instant.now(), ask(request));
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<JsonNode> ask(HttpRequest request) throws InterruptedException {
        try {
            return Optional.of(
                    MAPPER.readTree(
                            http.send(request, HttpResponse.BodyHandlers.ofString()).body()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private void note(String host, Instant at, Optional<JsonNode> status) {
        Timeline now = timeline.get();
        now.phase(host, at, status.map(s -> s.path("phase").asText()).orElse("down"));
        status.map(s -> s.at("/current/running").asText())
                .flatMap(path -> variants.apply(host, path))
                .ifPresent(variant -> now.system(host, at, variant));
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        http.shutdownNow();
    }
}
