package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.PathResult;
import io.nixfleet.substituter.fetch.PlannedPath;
import java.io.PrintWriter;
import java.util.TreeMap;

/** What a fetch would do. */
record PlanReport(String store, ClosurePlan plan, ExitCode exit) implements Report {
    @Override
    public ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("status", plan.complete() ? "complete" : "incomplete");
        object.put("exitCode", exit.code());
        object.put("store", store);
        ArrayNode roots = object.putArray("roots");
        plan.roots().forEach(root -> roots.add(root.toString()));
        ObjectNode totals = object.putObject("totals");
        totals.put("toFetch", plan.fetch().size());
        totals.put("fallback", plan.fallback().size());
        totals.put("failed", plan.failures().size());
        totals.put("downloadBytes", plan.downloadBytes());
        totals.put("narBytes", plan.narBytes());
        ArrayNode fetch = object.putArray("fetch");
        for (PlannedPath path : plan.fetch()) {
            ObjectNode entry = fetch.addObject();
            entry.put("path", path.path().toString());
            entry.put("cache", path.cache());
            entry.put("compression", path.narInfo().compression().nixName());
            path.narInfo().fileSize().ifPresent(size -> entry.put("fileBytes", size));
            entry.put("narBytes", path.info().narSize());
        }
        ArrayNode fallback = object.putArray("fallback");
        plan.fallback().forEach(failure -> fallback.add(PathJson.of(failure)));
        ArrayNode failures = object.putArray("failures");
        plan.failures().forEach(failure -> failures.add(PathJson.of(failure)));
        return object;
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        FailureLines.print(err, plan.failures());
        if (quiet) {
            return;
        }
        if (plan.empty()) {
            out.println("nothing to fetch: all that was asked for is valid");
            return;
        }
        for (PlannedPath path : plan.fetch()) {
            out.printf("%10s  %s%n", Units.bytes(path.info().narSize()), path.path());
        }
        out.printf(
                "to fetch: %s, %s to receive, %s unpacked%n",
                Units.count(plan.fetch().size(), "path"),
                Units.bytes(plan.downloadBytes()),
                Units.bytes(plan.narBytes()));
        var byCache = new TreeMap<String, Long>();
        plan.fetch().forEach(path -> byCache.merge(path.cache(), 1L, Long::sum));
        byCache.forEach(
                (cache, count) -> out.printf("  %s: %s%n", cache, Units.count(count, "path")));
        if (!plan.fallback().isEmpty()) {
            out.printf(
                    "left to the system's substituters, with all that they need: %s%n",
                    Units.count(plan.fallback().size(), "path"));
            for (PathResult.Failure path : plan.fallback()) {
                out.printf("  %s%n    %s%n", path.path(), path.reason());
            }
        }
    }
}
