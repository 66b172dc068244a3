package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.testing.controlplane.rollout.Fields;
import io.nixfleet.testing.controlplane.rollout.Refusal;
import io.nixfleet.testing.controlplane.rollout.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Answers operators about machines. */
final class MachineAnswers {
    private final Fleet fleet;

    MachineAnswers(Fleet fleet) {
        this.fleet = fleet;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "machines", (request, _) -> list(request.parameters("tag"))),
                Route.of("POST", "machines/*/register", this::register),
                Route.of("PATCH", "machines/*/lifecycle", this::change));
    }

    private HttpAnswer list(List<String> tags) {
        Instant now = fleet.now();
        return Json.answer(
                fleet.machines().stream()
                        .filter(machine -> machine.tags().containsAll(tags))
                        .map(machine -> json(machine, now)));
    }

    private HttpAnswer register(HttpRequest request, List<String> names) {
        Fields body = Fields.of(JsonBody.read(request));
        Lifecycle lifecycle = lifecycle(body.optionalText("lifecycle").orElse("active"));
        fleet.register(names.getFirst(), lifecycle, body.texts("tags").orElse(List.of()));
        return Json.answer(
                201,
                Json.object()
                        .put("machine_id", names.getFirst())
                        .put("lifecycle", Words.of(lifecycle)));
    }

    private HttpAnswer change(HttpRequest request, List<String> names) {
        Fields body = Fields.of(JsonBody.read(request));
        fleet.changeLifecycle(names.getFirst(), lifecycle(body.text("lifecycle")));
        return HttpAnswer.empty(200);
    }

    private static Lifecycle lifecycle(String word) {
        return Words.parse(Lifecycle.class, word)
                .orElseThrow(() -> Refusal.bad("invalid lifecycle state: " + word));
    }

    private static ObjectNode json(MachineStatus machine, Instant now) {
        Optional<ReceivedReport> last = machine.lastReport();
        return Json.object()
                .put("machine_id", machine.id())
                .put("current_generation", last.map(ReceivedReport::generation).orElse(""))
                .put("desired_generation", machine.desired().orElse(null))
                .put("agent_version", last.map(ReceivedReport::agentVersion).orElse(""))
                .put(
                        "system_state",
                        last.map(report -> report.success() ? "ok" : "error").orElse("unknown"))
                .put("uptime_seconds", last.map(ReceivedReport::uptimeSeconds).orElse(0L))
                .put("last_report", last.map(ReceivedReport::timestamp).orElse(null))
                .put("lifecycle", Words.of(machine.lifecycle()))
                .<ObjectNode>set("tags", Json.texts(machine.tags()))
                .put(
                        "seconds_since_last_report",
                        last.map(report -> Duration.between(report.receivedAt(), now).toSeconds())
                                .orElse(null));
    }
}
