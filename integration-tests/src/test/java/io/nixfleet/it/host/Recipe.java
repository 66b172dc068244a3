package io.nixfleet.it.host;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/**
 * What a system under test is made of; {@code closure/system.nix} makes it.
 *
 * @param label tells it from others, in its name and in its files
 */
public record Recipe(String label, ObjectNode json) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PAYLOAD_BYTES = 20_000;
    private static final int LARGE_PAYLOAD_BYTES = 400_000;

    /** A sound system: its {@code web.service} says 200 at port 8080, and its network is up. */
    public static Recipe sound(String label) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("label", label);
        json.put("payload", PAYLOAD_BYTES);
        json.put("health", 200);
        json.putObject("units");
        json.put("network", "up");
        json.put("exitCode", 0);
        json.put("nixos", true);
        json.put("restartsAgent", false);
        return new Recipe(label, json);
    }

    /** Three files of it take a while from a slow cache. */
    public Recipe large() {
        return with(json -> json.put("payload", LARGE_PAYLOAD_BYTES));
    }

    /** Its web server says 503. */
    public Recipe unhealthy() {
        return with(json -> json.put("health", 503));
    }

    /** One of its units fails to start, so that the switch ends with 4. */
    public Recipe withFailingUnit() {
        return withUnit(
                "broken.service",
                """
                [Service]
                Type=oneshot
                ExecStart=/bin/false
                """);
    }

    /** The start of one of its units never ends. */
    public Recipe hanging() {
        return withUnit(
                "hanging.service",
                """
                [Service]
                Type=oneshot
                TimeoutStartSec=infinity
                ExecStart=/bin/sleep infinity
                """);
    }

    public Recipe withUnit(String name, String text) {
        return with(json -> json.withObject("/units").put(name, text));
    }

    /** It takes the host off the network. */
    public Recipe cuttingTheNetwork() {
        return with(json -> json.put("network", "down"));
    }

    /** Its switch ends so before it touches anything. */
    public Recipe refusing(int exitCode) {
        return with(json -> json.put("exitCode", exitCode));
    }

    /** Its switch restarts the agent's own unit. */
    public Recipe restartingTheAgent() {
        return with(json -> json.put("restartsAgent", true));
    }

    /** It has no switch-to-configuration. */
    public Recipe notNixos() {
        return with(json -> json.put("nixos", false));
    }

    private Recipe with(Consumer<ObjectNode> change) {
        ObjectNode changed = json.deepCopy();
        change.accept(changed);
        return new Recipe(label, changed);
    }
}
