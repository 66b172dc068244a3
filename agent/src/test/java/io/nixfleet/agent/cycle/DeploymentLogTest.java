package io.nixfleet.agent.cycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.health.Verification;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import io.nixfleet.nix.store.StorePath;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.event.Level;

/** That the log of a deployment tells its story when it is read from top to bottom. */
@Timeout(120)
@Isolated("the log is one for the whole process")
class DeploymentLogTest {
    @TempDir private Path dir;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private CycleRig rig;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
        Logging.configure(Level.INFO, LogFormat.PLAIN, new PrintStream(bytes, false, UTF_8));
    }

    @AfterEach
    void tearDown() throws Exception {
        Logging.silenceLibraries();
        rig.close();
    }

    /** All that was said, with its level; without time and logger. */
    private List<String> lines() {
        return bytes.toString(UTF_8)
                .lines()
                .map(line -> line.replaceFirst("^\\S+ (\\w+) +\\w+: ", "$1 "))
                .toList();
    }

    /** What was said of a deployment, without its id. */
    private List<String> story(String id) {
        String end = " deployment=" + id;
        return lines().stream()
                .filter(line -> line.endsWith(end))
                .map(line -> line.substring(0, line.length() - end.length()))
                .toList();
    }

    @Test
    void ofASuccess() throws Exception {
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        DeployRequest request = CycleRig.request(fresh, Source.OPERATOR);
        life.deploy(request);

        assertThat(story(request.id()))
                .containsExactly(
                        "info checking %s: switch, asked for by an operator".formatted(fresh),
                        "info fetching " + fresh,
                        "info applying " + fresh,
                        "info verifying " + fresh,
                        "info 1 health check passed",
                        "info reporting " + fresh,
                        "info deployed: " + fresh);
    }

    @Test
    void ofARollback() throws Exception {
        rig.verification =
                new Verification.Plan(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(5));
        Files.createFile(rig.sickness());
        StorePath fresh = rig.system("new", "");
        CycleLife life = rig.live().deploying();

        DeployRequest request = CycleRig.request(fresh, Source.POLL);
        life.deploy(request);

        assertThat(story(request.id()))
                .containsExactly(
                        "info checking %s: switch, asked for by the control plane".formatted(fresh),
                        "info fetching " + fresh,
                        "info applying " + fresh,
                        "info verifying " + fresh,
                        "warn rolling back to %s: health checks failed: web: exit code 1"
                                .formatted(rig.old),
                        "info reporting " + fresh,
                        "error rolled back: health checks failed: web: exit code 1; from now on"
                                + " refused: "
                                + fresh);
    }

    @Test
    void beginsWithWhatIsWanted() throws Exception {
        StorePath fresh = rig.system("new", "");
        rig.server.fleet().desire(CycleRig.MACHINE, "{\"hash\":\"%s\"}".formatted(fresh));
        CycleLife life = rig.live().deploying();

        life.run(life.polls::run);

        Await.until(
                "it is deployed",
                () -> lines().stream().anyMatch(line -> line.startsWith("info deployed: ")));
        assertThat(lines().getFirst()).isEqualTo("info the control plane wants " + fresh);
        assertThat(lines()).filteredOn(line -> line.contains(" wants ")).hasSize(1);
    }
}
