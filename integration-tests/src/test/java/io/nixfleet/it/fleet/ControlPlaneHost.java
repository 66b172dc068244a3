package io.nixfleet.it.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.model.Capability;
import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.Images;
import io.nixfleet.it.host.Network;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * The control plane in a container of its own: the scripted one of the agent's tests, which judges
 * rollouts by the contract. What is asked of it here goes another way than the agents' calls.
 */
final class ControlPlaneHost implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration CALL_LIMIT = Duration.ofSeconds(20);
    private static final Set<String> ACTIVE = Set.of("created", "running", "paused");
    private static final int PORT = 8080;
    private static final int ADMIN_PORT = 8081;

    private final GenericContainer<?> container;
    private final Network.Place place;
    private final HttpClient admin = HttpClient.newHttpClient();
    private final HttpClient operator;

    private ControlPlaneHost(
            GenericContainer<?> container, Network.Place place, HttpClient operator) {
        this.container = container;
        this.place = place;
        this.operator = operator;
    }

    static ControlPlaneHost start(Network.Place place, FleetCertificates certificates) {
        var container =
                new GenericContainer<>(DockerImageName.parse(Images.controlPlane()))
                        .withImagePullPolicy(_ -> false)
                        .withCommand("--poll-hint", "1", "--judge-millis", "500")
                        .withCreateContainerCmdModifier(
                                command -> {
                                    place.take(command);
                                    // Its link can be cut from within.
                                    Objects.requireNonNull(command.getHostConfig())
                                            .withCapAdd(Capability.NET_ADMIN);
                                });
        certificates
                .serverFiles(place.name(), place.address())
                .forEach(
                        (name, pem) ->
                                container.withCopyToContainer(
                                        Transferable.of(pem), "/tls/" + name));
        container.start();
        var host =
                new ControlPlaneHost(
                        container,
                        place,
                        HttpClient.newBuilder()
                                .sslContext(certificates.context("operator"))
                                .build());
        try {
            host.awaitListening();
        } catch (AssertionError e) {
            host.close();
            throw e;
        }
        return host;
    }

    private void awaitListening() {
        Await.until("the control plane answers", Await.LIMIT, this::answers);
    }

    private boolean answers() {
        try {
            return call(admin, request(adminUri("verdict/nobody")).GET()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** As agents know it. */
    URI uri() {
        return URI.create("https://%s:%d".formatted(place.name(), PORT));
    }

    /** Wants a system on a machine from now on. */
    void desire(String machine, StorePath system, URI cache) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("hash", system.toString());
        body.put("cache_url", cache.toString());
        body.put("poll_hint", 1);
        send(admin, "PUT", adminUri("desired/" + machine), body);
    }

    /** Wants nothing of it any more. */
    void desireNothing(String machine) {
        send(admin, "DELETE", adminUri("desired/" + machine), MAPPER.createObjectNode());
    }

    /** Registers a release; its id. */
    String release(Map<String, StorePath> systems, URI cache) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("flake_ref", "git+https://example.org/fleet");
        body.put("flake_rev", "0123456789abcdef0123456789abcdef01234567");
        body.put("cache_url", cache.toString());
        ArrayNode entries = body.putArray("entries");
        systems.forEach(
                (machine, system) -> {
                    ObjectNode entry = entries.addObject();
                    entry.put("hostname", machine);
                    entry.put("store_path", system.toString());
                    entry.put("platform", "x86_64-linux");
                    entry.putArray("tags");
                });
        return send(operator, "POST", api("releases"), body).path("id").asText();
    }

    /**
     * How a release is rolled out.
     *
     * @param batchSizes such as {@code 1} and {@code 100%}
     * @param onFailure {@code pause} or {@code revert}
     */
    record Strategy(String name, List<String> batchSizes, String onFailure) {
        /** The first machine of all, then the others together. */
        static Strategy canary(String onFailure) {
            return new Strategy("canary", List.of("1", "100%"), onFailure);
        }

        static Strategy allAtOnce() {
            return new Strategy("all_at_once", List.of(), "pause");
        }
    }

    /** Begins a rollout to machines; its id. */
    String rollOut(String release, Strategy strategy, List<String> machines) {
        ObjectNode body = MAPPER.createObjectNode();
        body.put("release_id", release);
        body.put("strategy", strategy.name());
        if (!strategy.batchSizes().isEmpty()) {
            strategy.batchSizes().forEach(body.putArray("batch_sizes")::add);
        }
        body.put("failure_threshold", "0");
        body.put("on_failure", strategy.onFailure());
        body.put("health_timeout", 120);
        machines.forEach(body.putObject("target").putArray("hosts")::add);
        return send(operator, "POST", api("rollouts"), body).path("rollout_id").asText();
    }

    /** Ends all rollouts that have not ended. */
    void cancelRollouts() {
        for (JsonNode rollout : get(operator, api("rollouts"))) {
            if (ACTIVE.contains(rollout.path("status").asText())) {
                send(
                        operator,
                        "POST",
                        api("rollouts/%s/cancel".formatted(rollout.path("id").asText())),
                        MAPPER.createObjectNode());
            }
        }
    }

    /** What has become of a rollout. */
    JsonNode rollout(String id) {
        return get(operator, api("rollouts/" + id));
    }

    JsonNode awaitRollout(String id, String status) {
        Await.until(
                () -> "the rollout is %s: %s".formatted(status, rollout(id)),
                Await.LIMIT,
                () -> rollout(id).path("status").asText().equals(status));
        return rollout(id);
    }

    /** A report, and when it came. */
    record Received(String receivedAt, JsonNode report) {
        String message() {
            return report.path("message").asText();
        }

        Instant at() {
            return Instant.parse(receivedAt);
        }

        boolean success() {
            return report.path("success").asBoolean();
        }

        String generation() {
            return report.path("current_generation").asText();
        }
    }

    /** All reports of a machine so far, in the order in which they came. */
    List<Received> reports(String machine) {
        var all = new ArrayList<Received>();
        for (JsonNode received : get(admin, adminUri("received/" + machine))) {
            all.add(new Received(received.path("received_at").asText(), received.path("report")));
        }
        return all;
    }

    /** The first report of a machine from the given position on that fits, once it has come. */
    Received awaitReport(String machine, String what, int from, Predicate<Received> fits) {
        return Await.value(
                () ->
                        "a report of %s: %s, but there are %s"
                                .formatted(machine, what, reports(machine)),
                Await.LIMIT,
                () -> reports(machine).stream().skip(from).filter(fits).findFirst());
    }

    /** What it thinks of a machine: {@code healthy}, {@code pending} or {@code unhealthy}. */
    String verdict(String machine) {
        try {
            return call(admin, request(adminUri("verdict/" + machine)).GET()).body().strip();
        } catch (IOException e) {
            throw new AssertionError("no verdict of " + machine, e);
        }
    }

    /** How often a machine has polled. */
    long polls(String machine) {
        return get(admin, adminUri("polls/" + machine)).path("count").asLong();
    }

    void awaitNextPoll(String machine) {
        long before = polls(machine);
        Await.until(machine + " polls", Await.LIMIT, () -> polls(machine) > before);
    }

    /** Ends all connections, as a restart of it does; agents may make new ones. */
    void closeConnections() {
        send(admin, "POST", adminUri("restart"), MAPPER.createObjectNode());
    }

    /** Makes its calls go wrong, as {@code AdminServer} has it. */
    void fault(String json) {
        try {
            send(admin, "PUT", adminUri("fault"), MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    /** Cuts its link; nothing can be asked of it until {@link #connect}. */
    void disconnect() {
        exec("ip", "link", "set", "eth0", "down");
    }

    void connect() {
        exec("ip", "link", "set", "eth0", "up");
        awaitListening();
    }

    private void exec(String... command) {
        try {
            ExecResult result = container.execInContainer(command);
            if (result.getExitCode() != 0) {
                throw new AssertionError(List.of(command) + ": " + result.getStderr());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** What it wrote. */
    String log() {
        return container.getLogs();
    }

    private URI api(String target) {
        return URI.create("https://%s:%d/api/v1/%s".formatted(place.address(), PORT, target));
    }

    private URI adminUri(String target) {
        return URI.create("http://%s:%d/admin/%s".formatted(place.address(), ADMIN_PORT, target));
    }

    private static JsonNode get(HttpClient client, URI uri) {
        return answer(client, request(uri).GET());
    }

    private static JsonNode send(HttpClient client, String method, URI uri, JsonNode body) {
        return answer(
                client,
                request(uri)
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private static JsonNode answer(HttpClient client, HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = call(client, request);
            if (response.statusCode() / 100 != 2) {
                throw new AssertionError(
                        "%s: %d %s"
                                .formatted(response.uri(), response.statusCode(), response.body()));
            }
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("no answer: " + request.build().uri(), e);
        }
    }

    private static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(CALL_LIMIT);
    }

    private static HttpResponse<String> call(HttpClient client, HttpRequest.Builder request)
            throws IOException {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        admin.shutdownNow();
        operator.shutdownNow();
        container.stop();
    }
}
