package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import java.io.PrintWriter;
import java.time.Duration;

/** The answer of {@code /v1/history}; for people two lines a deployment: what, and how it ended. */
record HistoryReport(ObjectNode toJson, Paint paint) implements Report {
    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        JsonNode deployments = toJson.path("deployments");
        if (deployments.isEmpty()) {
            out.println("no deployment is over yet");
        }
        for (JsonNode entry : deployments) {
            var took = Duration.ofMillis((long) (entry.path("took_seconds").asDouble() * 1000));
            out.println(
                    "%s  %s  %s from %s, took %s, id %s"
                            .formatted(
                                    text(entry, "ended"),
                                    paint.outcome(text(entry, "outcome")),
                                    text(entry, "action"),
                                    text(entry, "source"),
                                    Units.duration(took),
                                    text(entry, "id")));
            out.println("    %s: %s".formatted(text(entry, "hash"), text(entry, "message")));
        }
    }

    private static String text(JsonNode object, String field) {
        return Paint.printable(object.path(field).asText());
    }
}
