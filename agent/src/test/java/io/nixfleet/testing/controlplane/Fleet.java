package io.nixfleet.testing.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a control plane knows: what each machine should run, and what each said. */
public final class Fleet {
    /** How long a machine may be pending. */
    public static final Duration HEALTH_TIMEOUT = Duration.ofMinutes(5);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private record Desired(String json, String hash, Instant batchStart) {}

    private final InstantSource clock;
    private final Map<String, Desired> desired = new HashMap<>();
    private final Map<String, List<ReceivedReport>> reports = new HashMap<>();

    public Fleet(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Begins a rollout to a machine.
     *
     * @param json the body to serve, byte for byte; it need not be right
     */
    public synchronized void desire(String machine, String json) {
        desired.put(machine, new Desired(json, hash(json), clock.instant()));
    }

    private static String hash(String json) {
        try {
            return MAPPER.readTree(json).path("hash").asText();
        } catch (JsonProcessingException _) {
            return "";
        }
    }

    /** From now on nothing is desired of the machine. */
    public synchronized void desireNothing(String machine) {
        desired.remove(machine);
    }

    synchronized Optional<String> desired(String machine) {
        return Optional.ofNullable(desired.get(machine)).map(Desired::json);
    }

    synchronized void received(String machine, String raw, JsonNode json) {
        reports.computeIfAbsent(machine, _ -> new ArrayList<>())
                .add(new ReceivedReport(clock.instant(), raw, json));
        notifyAll();
    }

    /** All reports of a machine, the oldest first. */
    public synchronized List<ReceivedReport> reports(String machine) {
        return List.copyOf(reports.getOrDefault(machine, List.of()));
    }

    /** Waits until a machine has sent so many reports in all, and returns them. */
    public synchronized List<ReceivedReport> awaitReports(String machine, int count, Duration limit)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (reports(machine).size() < count) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "%s sent %d reports in %s, not %d"
                                .formatted(machine, reports(machine).size(), limit, count));
            }
            wait(left);
        }
        return reports(machine);
    }

    /** Judges a machine by the contract's rules, from what it said by now. */
    public synchronized Verdict judge(String machine) {
        Desired wanted = desired.get(machine);
        List<ReceivedReport> said = reports(machine);
        if (wanted == null) {
            return Verdict.PENDING;
        }
        Verdict verdict = said.isEmpty() ? Verdict.PENDING : judge(wanted, said);
        boolean overdue = clock.instant().isAfter(wanted.batchStart().plus(HEALTH_TIMEOUT));
        return verdict == Verdict.PENDING && overdue ? Verdict.UNHEALTHY : verdict;
    }

    private static Verdict judge(Desired wanted, List<ReceivedReport> said) {
        ReceivedReport latest = said.getLast();
        boolean failedSince = !latest.success() && since(wanted, latest);
        if (!latest.generation().equals(wanted.hash())) {
            return failedSince ? Verdict.UNHEALTHY : Verdict.PENDING;
        }
        return said.reversed().stream()
                .filter(ReceivedReport::aboutHealth)
                .filter(report -> since(wanted, report))
                .findFirst()
                .map(report -> report.allPassed() ? Verdict.HEALTHY : Verdict.UNHEALTHY)
                .orElse(failedSince ? Verdict.UNHEALTHY : Verdict.PENDING);
    }

    private static boolean since(Desired wanted, ReceivedReport report) {
        return !report.receivedAt().isBefore(wanted.batchStart());
    }
}
