package io.nixfleet.protocol.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.protocol.operator.CreatedRelease;
import io.nixfleet.protocol.operator.CreatedRollout;
import io.nixfleet.protocol.operator.Machine;
import io.nixfleet.protocol.operator.MachineHealth;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.NewRollout;
import io.nixfleet.protocol.operator.Release;
import io.nixfleet.protocol.operator.ReleaseDiff;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.protocol.operator.Rollout;
import io.nixfleet.protocol.operator.RolloutBatch;
import io.nixfleet.protocol.operator.RolloutTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what operators ask, and reads what they are told, as a v0.1 control plane has it. Readers
 * throw {@link ProtocolException} when a body is not JSON, or a field that matters is missing or of
 * another type.
 */
public final class OperatorJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private OperatorJson() {}

    /** Reads one object of a list. */
    private interface Reader<T> {
        T read(JsonFields fields) throws ProtocolException;
    }

    public static String write(NewRelease release) {
        ObjectNode message = MAPPER.createObjectNode();
        message.put("flake_ref", release.flakeRef().orElse(null));
        message.put("flake_rev", release.flakeRev().orElse(null));
        message.put("cache_url", release.cacheUrl().orElse(null));
        var entries = message.putArray("entries");
        for (ReleaseEntry entry : release.entries()) {
            ObjectNode object = entries.addObject();
            object.put("hostname", entry.hostname());
            object.put("store_path", entry.storePath());
            object.put("platform", entry.platform());
            var tags = object.putArray("tags");
            entry.tags().forEach(tags::add);
        }
        return message.toString();
    }

    public static String write(NewRollout rollout) {
        ObjectNode message = MAPPER.createObjectNode();
        message.put("release_id", rollout.releaseId());
        message.put("cache_url", rollout.cacheUrl().orElse(null));
        message.put("strategy", rollout.strategy().word());
        if (rollout.batchSizes().isEmpty()) {
            message.putNull("batch_sizes");
        } else {
            var sizes = message.putArray("batch_sizes");
            rollout.batchSizes().forEach(sizes::add);
        }
        message.put("failure_threshold", rollout.failureThreshold());
        message.put("on_failure", rollout.onFailure().word());
        message.put("health_timeout", rollout.healthTimeout().toSeconds());
        ObjectNode target = message.putObject("target");
        switch (rollout.target()) {
            case RolloutTarget.Tags(var tags) -> tags.forEach(target.putArray("tags")::add);
            case RolloutTarget.Hosts(var hosts) -> hosts.forEach(target.putArray("hosts")::add);
        }
        return message.toString();
    }

    /** Reads what {@link #write(NewRelease)} wrote; also a registered release. */
    public static NewRelease readNewRelease(String body) throws ProtocolException {
        var fields = JsonFields.parse("the release", body);
        List<ReleaseEntry> entries = entries(fields);
        if (entries.isEmpty()) {
            throw new ProtocolException("the release has no entries");
        }
        return new NewRelease(
                fields.optionalText("flake_ref"),
                fields.optionalText("flake_rev"),
                fields.optionalText("cache_url"),
                entries);
    }

    public static CreatedRelease readCreatedRelease(String body) throws ProtocolException {
        var fields = JsonFields.parse("the new release", body);
        return new CreatedRelease(fields.text("id"), fields.number("host_count"));
    }

    public static Release readRelease(String body) throws ProtocolException {
        return release(JsonFields.parse("the release", body));
    }

    public static List<Release> readReleases(String body) throws ProtocolException {
        return list("the list of releases", "a release", body, OperatorJson::release);
    }

    public static ReleaseDiff readReleaseDiff(String body) throws ProtocolException {
        var fields = JsonFields.parse("the difference", body);
        var changed = new ArrayList<ReleaseDiff.Changed>();
        for (JsonFields one : fields.objects("changed", "a changed host")) {
            changed.add(
                    new ReleaseDiff.Changed(
                            one.text("hostname"),
                            one.text("old_store_path"),
                            one.text("new_store_path")));
        }
        return new ReleaseDiff(
                fields.texts("added"), fields.texts("removed"), changed, fields.texts("unchanged"));
    }

    public static CreatedRollout readCreatedRollout(String body) throws ProtocolException {
        var fields = JsonFields.parse("the new rollout", body);
        return new CreatedRollout(
                fields.text("rollout_id"), batches(fields), fields.number("total_machines"));
    }

    public static Rollout readRollout(String body) throws ProtocolException {
        return rollout(JsonFields.parse("the rollout", body));
    }

    public static List<Rollout> readRollouts(String body) throws ProtocolException {
        return list("the list of rollouts", "a rollout", body, OperatorJson::rollout);
    }

    public static List<Machine> readMachines(String body) throws ProtocolException {
        return list("the list of machines", "a machine", body, OperatorJson::machine);
    }

    private static <T> List<T> list(String what, String each, String body, Reader<T> reader)
            throws ProtocolException {
        JsonNode all = JsonFields.tree(what, body);
        if (!all.isArray()) {
            throw new ProtocolException(what + " is not a JSON list");
        }
        var list = new ArrayList<T>();
        for (JsonNode one : all) {
            list.add(reader.read(JsonFields.of(each, one)));
        }
        return list;
    }

    private static List<ReleaseEntry> entries(JsonFields fields) throws ProtocolException {
        var entries = new ArrayList<ReleaseEntry>();
        for (JsonFields entry : fields.objects("entries", "an entry")) {
            entries.add(
                    new ReleaseEntry(
                            entry.text("hostname"),
                            entry.text("store_path"),
                            entry.textOrNone("platform"),
                            entry.texts("tags")));
        }
        return entries;
    }

    private static Release release(JsonFields fields) throws ProtocolException {
        return new Release(
                fields.text("id"),
                fields.optionalText("flake_ref"),
                fields.optionalText("flake_rev"),
                fields.optionalText("cache_url"),
                entries(fields),
                fields.textOrNone("created_at"),
                fields.textOrNone("created_by"));
    }

    private static Rollout rollout(JsonFields fields) throws ProtocolException {
        return new Rollout(
                fields.text("id"),
                fields.text("status"),
                fields.textOrNone("strategy"),
                fields.textOrNone("release_id"),
                fields.textOrNone("on_failure"),
                fields.textOrNone("failure_threshold"),
                batches(fields),
                fields.textOrNone("created_at"));
    }

    private static List<RolloutBatch> batches(JsonFields fields) throws ProtocolException {
        var batches = new ArrayList<RolloutBatch>();
        for (JsonFields batch : fields.objects("batches", "a batch")) {
            batches.add(
                    new RolloutBatch(
                            batch.number("batch_index"),
                            batch.texts("machine_ids"),
                            batch.text("status"),
                            health(batch.object().path("machine_health"))));
        }
        return batches;
    }

    /** A machine is {@code "healthy"}, {@code "pending"} or <code>{"unhealthy": why}</code>. */
    private static Map<String, MachineHealth> health(JsonNode machines) {
        var health = new HashMap<String, MachineHealth>();
        machines.properties()
                .forEach(
                        machine -> {
                            JsonNode said = machine.getValue();
                            health.put(
                                    machine.getKey(),
                                    said.isTextual()
                                            ? new MachineHealth(said.asText(), "")
                                            : new MachineHealth(
                                                    "unhealthy",
                                                    said.path("unhealthy").asText("")));
                        });
        return health;
    }

    private static Machine machine(JsonFields fields) throws ProtocolException {
        return new Machine(
                fields.text("machine_id"),
                fields.textOrNone("current_generation"),
                fields.optionalText("desired_generation"),
                fields.textOrNone("agent_version"),
                fields.textOrNone("system_state"),
                fields.textOrNone("lifecycle"),
                fields.texts("tags"),
                fields.optionalSeconds("seconds_since_last_report"));
    }
}
