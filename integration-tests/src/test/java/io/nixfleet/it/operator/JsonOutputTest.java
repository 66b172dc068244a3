package io.nixfleet.it.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.agent.Schemas;
import io.nixfleet.it.operator.OperatorProgram.Run;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.ReleaseEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs read of {@code nixfleet}: one document a run, which is what its schema says. */
@Timeout(120)
class JsonOutputTest {
    private static final Path SCHEMAS =
            Path.of(System.getProperty("nixfleet.operator.dir"), "share/nixfleet/schemas");

    private final Set<String> seen = new TreeSet<>();
    @TempDir private Path directory;
    private ScriptedControlPlane controlPlane;
    private OperatorProgram nixfleet;

    @BeforeEach
    void start() throws IOException {
        controlPlane = ScriptedControlPlane.plain();
        nixfleet =
                new OperatorProgram(Files.createDirectory(directory.resolve("fleet")), directory);
        nixfleet.with("NIXFLEET_CONTROL_PLANE_URL", controlPlane.url().toString());
    }

    @AfterEach
    void stop() throws IOException {
        controlPlane.close();
    }

    /**
     * Runs a command.
     *
     * @param command its words, as its schema is named
     */
    private JsonNode run(int exitCode, String command, String... more) throws Exception {
        var words = new ArrayList<>(List.of(command.split("-", -1)));
        words.addAll(List.of(more));
        words.add("--json");
        Run run = nixfleet.run(words.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(exitCode);
        seen.add(command + ".json");
        return Schemas.readOpen(SCHEMAS, command, run.out());
    }

    private String release(String path) {
        return controlPlane
                .fleet()
                .create(
                        new NewRelease(
                                Optional.of("."),
                                Optional.empty(),
                                Optional.of("https://cache.example"),
                                List.of(
                                        new ReleaseEntry(
                                                "web", path, "x86_64-linux", List.of("web")))))
                .id();
    }

    @Test
    void isWhatTheSchemaOfEachCommandSays() throws Exception {
        assertThat(run(0, "init", "--control-plane-url", "http://127.0.0.1:1").path("id").asText())
                .isEqualTo(".nixfleet.toml");
        String before = release("/nix/store/%s-old".formatted("0".repeat(32)));
        String after = release("/nix/store/%s-new".formatted("1".repeat(32)));
        assertThat(run(0, "release-list").path("releases")).hasSize(2);
        assertThat(run(0, "release-show", after).path("id").asText()).isEqualTo(after);
        assertThat(run(0, "release-diff", before, after).path("changed")).hasSize(1);

        String first = begin(after);
        assertThat(run(0, "rollout-status", first).path("batches")).hasSize(1);
        assertThat(run(9, "rollout-status", first, "--wait", "--wait-timeout", "1").path("id"))
                .isNotNull();
        assertThat(run(8, "rollout-resume", first).path("status").asText()).isEqualTo("failed");
        assertThat(run(0, "rollout-cancel", first).path("status").asText()).isEqualTo("cancelled");
        assertThat(run(0, "rollout-list").path("rollouts")).hasSize(1);
        JsonNode waited =
                run(
                        9,
                        "deploy",
                        "--release",
                        after,
                        "--hosts",
                        "web",
                        "--wait",
                        "--wait-timeout=1");
        assertThat(waited.path("id").asText()).isNotBlank();

        assertThat(run(0, "release-delete", before).path("status").asText()).isEqualTo("deleted");
        assertThat(run(0, "machines-list").path("machines").isArray()).isTrue();
        assertThat(run(0, "status").path("rollouts")).hasSize(2);
        var _ = PlainFleet.in(directory.resolve("fleet"));
        JsonNode tried = run(0, "release-create", "--dry-run", "--allow-dirty", "--no-verify");
        assertThat(tried.path("entries")).hasSize(3);

        try (Stream<Path> schemas = Files.list(SCHEMAS)) {
            assertThat(schemas.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> !name.equals("common.json"))
                    .containsExactlyInAnyOrderElementsOf(seen);
        }
    }

    private String begin(String release) throws Exception {
        JsonNode begun = run(0, "deploy", "--release", release, "--hosts", "web");
        return begun.path("rollout_id").asText();
    }

    @Test
    void isAFailureWhereNothingWasDone() throws Exception {
        for (String command : List.of("release-show", "rollout-status", "release-delete")) {
            assertThat(run(3, command, "nothing-1").path("exitCode").asInt()).isEqualTo(3);
        }
        assertThat(run(2, "deploy", "--release", "rel-1").path("error").asText())
                .contains("--tags", "--hosts");
        assertThat(run(2, "machines-list", "--no-such-option").path("status").asText())
                .isEqualTo("failed");
        controlPlane.close();
        assertThat(run(5, "status").path("error").asText()).contains("Connection refused");
    }
}
