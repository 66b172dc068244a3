package io.nixfleet.cli.agents;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.controlplane.Answer;
import io.nixfleet.agent.controlplane.Call;
import io.nixfleet.agent.controlplane.CallFailedException;
import io.nixfleet.agent.controlplane.Endpoint;
import io.nixfleet.agent.controlplane.Link;
import io.nixfleet.agent.controlplane.Peer;
import io.nixfleet.cli.rollout.Sighting;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** The push listener of an agent. */
public final class PushClient implements AutoCloseable {
    /** As messages call it. */
    public static final Peer AGENT = new Peer("agent", "--agents");

    /** A history of 100 deployments is shorter. */
    private static final int LONGEST_ANSWER = 8 << 20;

    private static final int QUOTED = 300;

    private final Link link;
    private final URI url;

    /** Makes no connection yet. */
    public PushClient(Vertx vertx, Endpoint endpoint) {
        this.link = new Link(vertx, endpoint, LONGEST_ANSWER);
        this.url = endpoint.baseUrl();
    }

    /** What an agent said to a deployment. */
    public sealed interface Pushed {
        /**
         * It will be, or is being, deployed.
         *
         * @param id of the deployment: another than was given, when the system was on its way
         */
        record Accepted(String id) implements Pushed {}

        /** It will not; nothing of the host changes. */
        record Refused(String reason) implements Pushed {}
    }

    /** How the host is now. */
    public Sighting look() throws AgentException, InterruptedException {
        Answer answer = call(get("/v1/status"));
        if (!answer.success()) {
            throw failed(answer);
        }
        try {
            return AgentJson.sighting(answer.body());
        } catch (FormatException e) {
            throw garbage(e, answer);
        }
    }

    /** How a deployment ended; empty while it has not. */
    public Optional<Sighting.Ended> ended(String id) throws AgentException, InterruptedException {
        Answer answer = call(get("/v1/history?limit=100"));
        if (!answer.success()) {
            throw failed(answer);
        }
        try {
            return AgentJson.ended(answer.body(), id);
        } catch (FormatException e) {
            throw garbage(e, answer);
        }
    }

    /**
     * Has it deploy a system.
     *
     * @param id new for each deployment; asking again with the same one does nothing twice
     * @param cache where to fetch it from; empty for the agent's own
     */
    public Pushed deploy(String id, StorePath system, Optional<String> cache)
            throws AgentException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("id", id);
        body.put("hash", system.toString());
        cache.ifPresent(from -> body.put("cache_url", from));
        Answer answer =
                call(
                        new Call(
                                HttpMethod.POST,
                                "/v1/deploy",
                                Map.of(),
                                Optional.of(body.toString()),
                                true));
        if (answer.status() != 409 && answer.status() != 422 && !answer.success()) {
            throw failed(answer);
        }
        ObjectNode said;
        try {
            said = AgentJson.object(answer.body());
        } catch (FormatException e) {
            throw garbage(e, answer);
        }
        String of = said.path("id").asText("");
        if (of.isEmpty()) {
            String reason = said.path("error").asText("");
            return new Pushed.Refused(
                    reason.isEmpty() ? "refused (%d)".formatted(answer.status()) : reason);
        }
        return new Pushed.Accepted(of);
    }

    private static Call get(String path) {
        return new Call(HttpMethod.GET, path, Map.of(), Optional.empty(), true);
    }

    private Answer call(Call call) throws AgentException, InterruptedException {
        try {
            return link.call(call);
        } catch (CallFailedException e) {
            throw new AgentException(
                    AgentException.Kind.UNREACHABLE, e.sent(), String.valueOf(e.getMessage()));
        }
    }

    private AgentException failed(Answer answer) {
        return switch (answer.status()) {
            case 401, 403 ->
                    new AgentException(
                            AgentException.Kind.NOT_LET_IN,
                            false,
                            at(
                                    "does not let you in (%d): %s; its --listen-allow says who may push"
                                            .formatted(answer.status(), said(answer))));
            case 404, 405 ->
                    new AgentException(
                            AgentException.Kind.UNREACHABLE,
                            false,
                            at(
                                    "is no push listener of an agent (%d); check --agents"
                                            .formatted(answer.status())));
            default ->
                    new AgentException(
                            AgentException.Kind.UNREACHABLE,
                            true,
                            at("answers %d: %s".formatted(answer.status(), said(answer))));
        };
    }

    private AgentException garbage(FormatException problem, Answer answer) {
        return new AgentException(
                AgentException.Kind.UNREACHABLE,
                true,
                at(
                        "answers what no agent does: %s; it sent '%s'"
                                .formatted(problem.getMessage(), excerpt(answer.body()))));
    }

    private static String said(Answer answer) {
        try {
            String error = AgentJson.object(answer.body()).path("error").asText("");
            return excerpt(error.isEmpty() ? answer.body() : error);
        } catch (FormatException _) {
            return excerpt(answer.body());
        }
    }

    private static String excerpt(String body) {
        String line = Paint.printable(body.strip());
        return line.length() > QUOTED ? line.substring(0, QUOTED) + "…" : line;
    }

    private String at(String words) {
        return "agent %s: %s".formatted(url, words);
    }

    /** Ends the connections. */
    @Override
    public void close() {
        link.close();
    }
}
