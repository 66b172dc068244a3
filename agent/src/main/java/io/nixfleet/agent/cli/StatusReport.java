package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/** The answer of {@code /v1/status}; for people a line for each thing that there is to say. */
record StatusReport(ObjectNode toJson, Instant now, Paint paint) implements Report {
    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        machine(out);
        systems(out);
        deployment(out);
        last(out);
        refusals(out);
        polls(out);
        caches(out);
        health(out);
    }

    private void machine(PrintWriter out) {
        if (has("needs_attention")) {
            line(out, "ATTENTION", paint.bad(text(toJson, "needs_attention")));
        }
        line(out, "machine", text(toJson, "machine_id"));
        var uptime = Duration.ofMillis((long) (toJson.path("uptime_seconds").asDouble() * 1000));
        line(out, "agent", "%s, up %s".formatted(text(toJson, "version"), Units.duration(uptime)));
        line(out, "phase", text(toJson, "phase"));
    }

    private void systems(PrintWriter out) {
        String running = text(toJson.path("current"), "running");
        line(out, "running", running.isEmpty() ? "unknown" : running);
        JsonNode profile = toJson.path("current").path("profile");
        if (profile.isObject()) {
            String hash = text(profile, "hash");
            line(
                    out,
                    "profile",
                    "generation %d, %s"
                            .formatted(
                                    profile.path("generation").asInt(),
                                    hash.equals(running) ? "which runs" : hash));
        }
        String desired = text(toJson, "desired");
        if (!desired.isEmpty()) {
            line(out, "desired", desired.equals(running) ? paint.good("what runs") : desired);
        }
    }

    private void deployment(PrintWriter out) {
        JsonNode deployment = toJson.path("deployment");
        if (deployment.isObject()) {
            line(
                    out,
                    "deploying",
                    "%s (%s %s, from %s, begun %s)"
                            .formatted(
                                    text(deployment, "hash"),
                                    text(deployment, "action"),
                                    text(deployment, "id"),
                                    text(deployment, "source"),
                                    ago(deployment, "started")));
            if (!text(deployment, "reason").isEmpty()) {
                line(out, "because", paint.warning(text(deployment, "reason")));
            }
        }
        JsonNode progress = toJson.path("progress");
        if (progress.isObject()) {
            line(
                    out,
                    "fetched",
                    "%d of %s, %s of %s"
                            .formatted(
                                    progress.path("done_paths").asInt(),
                                    Units.count(progress.path("paths").asInt(), "path"),
                                    Units.bytes(progress.path("done_bytes").asLong()),
                                    Units.bytes(progress.path("bytes").asLong())));
        }
        if (has("waiting")) {
            line(out, "waiting", text(toJson, "waiting"));
        }
    }

    private void last(PrintWriter out) {
        JsonNode last = toJson.path("last");
        if (last.isObject()) {
            line(
                    out,
                    "last",
                    "%s %s: %s (%s)"
                            .formatted(
                                    paint.outcome(text(last, "outcome")),
                                    ago(last, "ended"),
                                    text(last, "hash"),
                                    text(last, "message")));
        }
    }

    private void refusals(PrintWriter out) {
        for (JsonNode refusal : toJson.path("refused")) {
            line(
                    out,
                    "refused",
                    "%s since %s: %s"
                            .formatted(
                                    paint.warning(text(refusal, "hash")),
                                    text(refusal, "since"),
                                    text(refusal, "reason")));
        }
    }

    private void polls(PrintWriter out) {
        String next = has("next_poll") ? "next " + in(toJson, "next_poll") : "no next one planned";
        line(
                out,
                "polled",
                (has("last_poll") ? ago(toJson, "last_poll") : "not yet") + ", " + next);
        if (has("last_poll_failure")) {
            line(out, "poll failed", paint.bad(text(toJson, "last_poll_failure")));
        }
        if (toJson.path("unsent_reports").asInt() > 0) {
            String unsent = Units.count(toJson.path("unsent_reports").asInt(), "report");
            line(out, "unsent", paint.warning(unsent));
        }
    }

    private void caches(PrintWriter out) {
        for (JsonNode cache : toJson.path("caches")) {
            String problem = text(cache, "problem");
            line(
                    out,
                    "cache",
                    "%s %s%s"
                            .formatted(
                                    text(cache, "name"),
                                    standing(text(cache, "state")),
                                    problem.isEmpty() ? "" : ": " + problem));
        }
    }

    private String standing(String word) {
        return switch (word) {
            case "not_asked" -> "not asked yet";
            case "fine" -> paint.good("fine");
            case "troubled" -> paint.warning("in trouble");
            case "set_aside" -> paint.bad("set aside");
            default -> word;
        };
    }

    private void health(PrintWriter out) {
        JsonNode health = toJson.path("health");
        if (!health.isObject()) {
            return;
        }
        List<String> failing = new ArrayList<>();
        for (JsonNode check : health.path("results")) {
            if (text(check, "status").equals("fail")) {
                failing.add(text(check, "check_name") + ": " + text(check, "message"));
            }
        }
        String count = Units.count(health.path("results").size(), "check");
        String verdict =
                failing.isEmpty()
                        ? paint.good(count + " passed")
                        : paint.bad("%d of %s failed".formatted(failing.size(), count));
        line(out, "health", verdict + ", " + ago(health, "timestamp"));
        failing.forEach(failure -> line(out, "", failure));
    }

    private boolean has(String field) {
        return !text(toJson, field).isEmpty();
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isNull() ? "" : Paint.printable(value.asText());
    }

    private String ago(JsonNode object, String field) {
        try {
            Duration since = Duration.between(Instant.parse(text(object, field)), now);
            return since.isNegative() ? "just now" : Units.duration(since) + " ago";
        } catch (DateTimeParseException _) {
            return "at an unknown time";
        }
    }

    private String in(JsonNode object, String field) {
        try {
            Duration until = Duration.between(now, Instant.parse(text(object, field)));
            return until.isNegative() ? "is due" : "in " + Units.duration(until);
        } catch (DateTimeParseException _) {
            return "at an unknown time";
        }
    }

    private static void line(PrintWriter out, String label, String value) {
        out.println(String.format("%-12s%s", label, value));
    }
}
