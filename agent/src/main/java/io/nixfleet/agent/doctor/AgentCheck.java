package io.nixfleet.agent.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.doctor.UnitStanding.Shown;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the running agent says of itself. */
record AgentCheck(Path socket, Duration limit, Shared<UnitStanding> unit) implements Check {
    @Override
    public String name() {
        return "agent";
    }

    @Override
    public Finding look() throws InterruptedException {
        try {
            Reply reply = new AgentClient(socket, limit).get("/v1/status");
            return reply.ok()
                    ? judge(reply.body())
                    : Finding.failed(
                            "",
                            "it answers: " + reply.error(),
                            "see its log: journalctl -u nixfleet-agent -n 50");
        } catch (AgentUnreachableException e) {
            boolean toBeThere = unit.get() instanceof Shown shown && shown.active();
            return toBeThere
                    ? Finding.failed(
                            "",
                            e.getMessage(),
                            "run doctor as root, with the agent's own --socket; if it is, then:"
                                    + " systemctl restart nixfleet-agent")
                    : Finding.notChecked("no agent runs", "see 'unit'");
        }
    }

    /**
     * @param status the answer to {@code GET /v1/status}
     */
    static Finding judge(JsonNode status) {
        String seen = "%s, %s".formatted(text(status, "version"), text(status, "phase"));
        String attention = text(status, "needs_attention");
        if (!attention.isEmpty()) {
            return Finding.failed(
                    seen,
                    "it needs a person: " + attention,
                    "bring the host to a good system by hand, then: nixfleet-agent retry");
        }
        List<String> odd = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        if (!status.path("refused").isEmpty()) {
            odd.add(
                    "it refuses what was rolled back: %s"
                            .formatted(text(status.path("refused").path(0), "hash")));
            remedies.add("release a system that works, or: nixfleet-agent retry");
        }
        if (!text(status, "last_poll_failure").isEmpty()) {
            odd.add("its last poll failed: " + text(status, "last_poll_failure"));
            remedies.add("see the control plane's line");
        }
        long failing =
                status.path("health")
                        .path("results")
                        .valueStream()
                        .filter(check -> text(check, "status").equals("fail"))
                        .count();
        if (failing > 0) {
            odd.add("health checks that fail: " + failing);
            remedies.add("see which: nixfleet-agent status");
        }
        return odd.isEmpty()
                ? Finding.ok(seen)
                : Finding.warning(seen, String.join("; ", odd), String.join("; ", remedies));
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isNull() ? "" : value.asText();
    }
}
