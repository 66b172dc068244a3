package io.nixfleet.agent.endpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.control.AgentControl;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.DeployRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What may change the host, for those who may: {@code POST /v1/deploy} and {@code POST /v1/retry},
 * beside {@code GET /v1/status} and {@code GET /v1/history}.
 *
 * <ul>
 *   <li>deploy: 202 and {@code {"id"}}; 409 with the {@code id} of the deployment under way for the
 *       same system, or without when the agent refuses it; 400 for no JSON, 422 for wrong values
 *   <li>retry: 200 and {@code {"allowed": N}}, how many refused systems may be deployed again
 * </ul>
 */
public final class DeployEndpoints {
    private final AgentControl control;
    private final Supplier<String> newId;

    /**
     * @param newId names deployments whose senders did not; see {@link DeployRequest#id()}
     */
    public DeployEndpoints(AgentControl control, Supplier<String> newId) {
        this.control = control;
        this.newId = newId;
    }

    List<Route> routes(DeployRequest.Source source) {
        var routes = new ArrayList<>(StatusEndpoints.reading(control));
        routes.add(Route.post("/v1/deploy", request -> deploy(request, source)));
        routes.add(Route.post("/v1/retry", this::retry));
        return routes;
    }

    private Answer deploy(Route.Request request, DeployRequest.Source source)
            throws BadRequestException {
        return switch (control.submit(DeployBody.deploy(request.body(), source, newId))) {
            case Submission.Accepted(String id) -> Answer.json(202, object().put("id", id));
            case Submission.UnderWay(String id) ->
                    Answer.json(
                            409,
                            object().put("error", "this system is being deployed already")
                                    .put("id", id));
            case Submission.Refused(String reason) -> Answer.error(409, reason);
        };
    }

    private Answer retry(Route.Request request) throws BadRequestException {
        int allowed = control.allowAgain(DeployBody.retry(request.body()));
        return Answer.json(200, object().put("allowed", allowed));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
