package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.nixfleet.testing.controlplane.rollout.Batch;
import io.nixfleet.testing.controlplane.rollout.Rollout;
import io.nixfleet.testing.controlplane.rollout.RolloutEvent;
import io.nixfleet.testing.controlplane.rollout.RolloutPlan;
import io.nixfleet.testing.controlplane.rollout.Words;
import java.util.List;
import java.util.stream.IntStream;

/** Answers operators about rollouts. */
final class RolloutAnswers {
    private static final int MOST_SHOWN = 100;

    private final Fleet fleet;

    RolloutAnswers(Fleet fleet) {
        this.fleet = fleet;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "rollouts", (request, _) -> list(request.parameters("status"))),
                Route.of("POST", "rollouts", (request, _) -> create(request)),
                Route.of("GET", "rollouts/*", (_, names) -> show(names.getFirst())),
                Route.of(
                        "POST",
                        "rollouts/*/resume",
                        (_, names) -> {
                            fleet.resume(names.getFirst());
                            return HttpAnswer.empty(200);
                        }),
                Route.of(
                        "POST",
                        "rollouts/*/cancel",
                        (_, names) -> {
                            fleet.cancel(names.getFirst());
                            return HttpAnswer.empty(200);
                        }));
    }

    private HttpAnswer list(List<String> states) {
        return Json.answer(
                fleet.rollouts().stream()
                        .filter(
                                rollout ->
                                        states.stream().allMatch(Words.of(rollout.state())::equals))
                        .limit(MOST_SHOWN)
                        .map(rollout -> json(rollout, List.of())));
    }

    private HttpAnswer create(HttpRequest request) {
        Rollout rollout = fleet.create(RolloutPlan.read(JsonBody.read(request)));
        return Json.answer(
                201,
                Json.object()
                        .put("rollout_id", rollout.id())
                        .<ObjectNode>set(
                                "batches",
                                Json.array(rollout.batches().stream().map(RolloutAnswers::summary)))
                        .put("total_machines", rollout.machineCount()));
    }

    private HttpAnswer show(String id) {
        Rollout rollout = fleet.rollout(id);
        return Json.answer(200, json(rollout, rollout.events()));
    }

    private static ObjectNode summary(Batch batch) {
        return Json.object()
                .put("batch_index", batch.index())
                .<ObjectNode>set("machine_ids", Json.texts(batch.machines()))
                .put("status", Words.of(batch.state()));
    }

    private static ObjectNode detail(Batch batch) {
        ObjectNode health = Json.object();
        batch.machines().forEach(machine -> health.set(machine, health(batch)));
        return summary(batch)
                .<ObjectNode>set("machine_health", health)
                .put("started_at", batch.startedAt().map(Json::time).orElse(null))
                .put("completed_at", batch.completedAt().map(Json::time).orElse(null));
    }

    /** What v0.1 says of each machine: the same of all in a batch. */
    private static JsonNode health(Batch batch) {
        return switch (batch.state()) {
            case PENDING, DEPLOYING, WAITING_HEALTH -> TextNode.valueOf("pending");
            case SUCCEEDED -> TextNode.valueOf("healthy");
            case FAILED -> Json.object().put("unhealthy", "batch failed");
        };
    }

    private static ObjectNode json(Rollout rollout, List<RolloutEvent> events) {
        RolloutPlan plan = rollout.plan();
        return Json.object()
                .put("id", rollout.id())
                .put("status", Words.of(rollout.state()))
                .put("strategy", Words.of(plan.strategy()))
                .put("release_id", plan.releaseId())
                .put("on_failure", Words.of(plan.onFailure()))
                .put("failure_threshold", plan.threshold().text())
                .put("health_timeout", plan.healthTimeout().toSeconds())
                .<ObjectNode>set(
                        "batches",
                        Json.array(rollout.batches().stream().map(RolloutAnswers::detail)))
                .put("created_at", Json.time(rollout.createdAt()))
                .put("updated_at", Json.time(rollout.updatedAt()))
                .put("created_by", Rollouts.OPERATOR)
                .set(
                        "events",
                        Json.array(
                                IntStream.range(0, events.size())
                                        .mapToObj(
                                                number ->
                                                        json(
                                                                rollout,
                                                                number,
                                                                events.get(number)))));
    }

    private static ObjectNode json(Rollout rollout, int number, RolloutEvent event) {
        return Json.object()
                .put("id", number + 1)
                .put("rollout_id", rollout.id())
                .put("event_type", event.type())
                .put("detail", event.detail())
                .put("actor", event.actor())
                .put("created_at", Json.time(event.at()));
    }
}
