package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.FetchOutcome;
import io.nixfleet.substituter.fetch.PathResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/** How a fetch ended. */
record FetchReport(
        String store, List<StorePath> roots, FetchOutcome outcome, ExitCode exit, Duration took)
        implements Report {

    @Override
    public ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("status", outcome instanceof FetchOutcome.Complete ? "complete" : "incomplete");
        object.put("exitCode", exit.code());
        object.put("store", store);
        ArrayNode rootPaths = object.putArray("roots");
        roots.forEach(root -> rootPaths.add(root.toString()));
        Totals totals = Totals.of(outcome.results());
        ObjectNode sums = object.putObject("totals");
        sums.put("fetched", totals.fetched);
        sums.put("realised", totals.realised);
        sums.put("alreadyValid", totals.alreadyValid);
        sums.put("failed", totals.failed);
        sums.put("receivedBytes", totals.received);
        sums.put("narBytes", totals.narBytes);
        sums.put("seconds", took.toMillis() / 1000.0);
        ArrayNode paths = object.putArray("paths");
        outcome.results().forEach(result -> paths.add(PathJson.of(result)));
        return object;
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        FailureLines.print(err, outcome.failures());
        if (quiet) {
            return;
        }
        Totals totals = Totals.of(outcome.results());
        if (totals.fetched == 0 && totals.realised == 0 && totals.failed == 0) {
            out.println("nothing to fetch: all that was asked for is valid");
        } else {
            out.printf(
                    "fetched %s%s: %s received, %s unpacked, in %s%n",
                    Units.count(totals.fetched, "path"),
                    totals.realised == 0
                            ? ""
                            : ", and %s by a fallback"
                                    .formatted(Units.count(totals.realised, "path")),
                    Units.bytes(totals.received),
                    Units.bytes(totals.narBytes),
                    Units.duration(took));
            totals.byCache.forEach(
                    (cache, count) -> out.printf("  %s: %s%n", cache, Units.count(count, "path")));
        }
        if (outcome instanceof FetchOutcome.Incomplete) {
            out.printf(
                    "incomplete: %s missing; what was fetched stays, run again to go on%n",
                    Units.count(totals.failed, "path"));
        }
    }

    private static final class Totals {
        private long fetched;
        private long realised;
        private long alreadyValid;
        private long failed;
        private long received;
        private long narBytes;
        private final TreeMap<String, Long> byCache = new TreeMap<>();

        static Totals of(List<PathResult> results) {
            var totals = new Totals();
            for (PathResult result : results) {
                switch (result) {
                    case PathResult.Fetched fetched -> {
                        totals.fetched++;
                        totals.received += fetched.received();
                        totals.narBytes += fetched.narSize();
                        totals.byCache.merge(fetched.cache(), 1L, Long::sum);
                    }
                    case PathResult.Realised realised -> {
                        totals.realised++;
                        totals.byCache.merge(realised.by(), 1L, Long::sum);
                    }
                    case PathResult.AlreadyValid _ -> totals.alreadyValid++;
                    case PathResult.Failure _ -> totals.failed++;
                }
            }
            return totals;
        }
    }
}
