package io.nixfleet.agent.endpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The agent's status and history as JSON. Every field is always there, null where there is nothing
 * to say; durations are in seconds, times RFC 3339, systems full store paths under the name {@code
 * hash}, as in {@code POST /v1/deploy}.
 */
final class StatusJson {
    private StatusJson() {}

    static ObjectNode status(AgentStatus status) {
        ObjectNode object = object();
        object.put("machine_id", status.machineId());
        object.put("version", status.version());
        object.put("uptime_seconds", seconds(status.uptime()));
        object.put("phase", status.phase().word());
        object.set("current", current(status.current()));
        object.put("desired", text(status.desired()));
        object.set("deployment", orNull(status.deployment(), StatusJson::deployment));
        object.put("waiting", text(status.waiting()));
        object.set("progress", orNull(status.progress(), StatusJson::progress));
        object.set("last", orNull(status.last(), StatusJson::entry));
        var refused = object.putArray("refused");
        status.refused().forEach(refusal -> refused.add(refusal(refusal)));
        object.put("needs_attention", text(status.needsAttention()));
        object.put("last_poll", text(status.lastPoll()));
        object.put("last_poll_failure", text(status.lastPollFailure()));
        object.put("next_poll", text(status.nextPoll()));
        object.set("health", orNull(status.health(), StatusJson::health));
        var caches = object.putArray("caches");
        status.caches().forEach(cache -> caches.add(cache(cache)));
        object.put("unsent_reports", status.unsentReports());
        return object;
    }

    static ObjectNode history(List<HistoryEntry> entries) {
        ObjectNode object = object();
        var deployments = object.putArray("deployments");
        entries.forEach(entry -> deployments.add(entry(entry)));
        return object;
    }

    private static ObjectNode current(SystemState state) {
        ObjectNode object = object();
        object.put("running", text(state.running()));
        object.set(
                "profile",
                orNull(
                        state.profile(),
                        generation ->
                                object().put("generation", generation.number())
                                        .put("hash", generation.system().toString())));
        return object;
    }

    private static ObjectNode deployment(Deployment deployment) {
        ObjectNode object = request(deployment.request());
        object.put("phase", deployment.phase().word());
        object.put("started", deployment.started().toString());
        object.put("reason", text(deployment.reason()));
        object.put("outcome", text(deployment.outcome().map(Outcome::word)));
        return object;
    }

    private static ObjectNode entry(HistoryEntry entry) {
        ObjectNode object = request(entry.request());
        object.put("started", entry.started().toString());
        object.put("ended", entry.ended().toString());
        object.put("took_seconds", seconds(Duration.between(entry.started(), entry.ended())));
        object.put("outcome", entry.outcome().word());
        object.put("message", entry.outcome().message());
        return object;
    }

    private static ObjectNode request(DeployRequest request) {
        ObjectNode object = object();
        object.put("id", request.id());
        object.put("hash", request.system().toString());
        object.put("action", request.action().word());
        object.put("source", request.source().name().toLowerCase(Locale.ROOT));
        object.put("cache_url", text(request.cacheUrlWithoutSecrets()));
        return object;
    }

    private static ObjectNode progress(AgentStatus.FetchProgress progress) {
        return object().put("done_paths", progress.donePaths())
                .put("paths", progress.paths())
                .put("done_bytes", progress.doneBytes())
                .put("bytes", progress.bytes());
    }

    private static ObjectNode refusal(Refusal refusal) {
        return object().put("hash", refusal.system().toString())
                .put("reason", refusal.reason())
                .put("since", refusal.since().toString());
    }

    private static ObjectNode cache(CacheState cache) {
        return object().put("name", cache.name())
                .put("state", cache.standing().word())
                .put("fetched_paths", cache.fetchedPaths())
                .put("failed_paths", cache.failedPaths())
                .put("retries", cache.retries())
                .put("problem", text(cache.problem()))
                .put("asked", text(cache.asked()));
    }

    private static ObjectNode health(HealthReport health) {
        ObjectNode object = object();
        object.put("all_passed", health.allPassed());
        object.put("timestamp", health.timestamp().toString());
        var results = object.putArray("results");
        for (CheckResult result : health.results()) {
            ObjectNode check = results.addObject();
            check.put("check_name", result.checkName());
            check.put("duration_seconds", seconds(result.duration()));
            switch (result) {
                case CheckResult.Pass _ -> check.put("status", "pass");
                case CheckResult.Fail(_, _, String message) ->
                        check.put("status", "fail").put("message", message);
            }
        }
        return object;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private static @Nullable String text(Optional<?> value) {
        return value.map(Object::toString).orElse(null);
    }

    private static <T> @Nullable ObjectNode orNull(
            Optional<T> value, Function<T, ObjectNode> toJson) {
        return value.map(toJson).orElse(null);
    }
}
