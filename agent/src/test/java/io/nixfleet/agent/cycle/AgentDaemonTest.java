package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.health.HealthChecks;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.controlplane.ReceivedReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All loops together, as they are put together for a host. */
@Timeout(240)
class AgentDaemonTest {
    @TempDir Path dir;
    private CycleRig rig;
    private StateStore state;
    private AgentDaemon daemon;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
        state = StateStore.open(rig.database(), rig.wallClock).store();
        daemon = DaemonBuilder.build(parts());
    }

    @AfterEach
    void tearDown() throws Exception {
        daemon.close();
        state.close();
        rig.close();
    }

    private DaemonBuilder.Parts parts() {
        var settings =
                new AgentSettings(
                        rig.controlPlaneOptions(),
                        new AgentSettings.Polling(CycleLife.POLL, CycleLife.RETRY),
                        // Once, as far as a test goes.
                        new AgentSettings.Reporting(Duration.ofHours(1), List.of("prod")),
                        new AgentSettings.Fetching(
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                CacheSettings.NONE,
                                true,
                                rig.store,
                                Optional.empty()),
                        rig.database(),
                        false,
                        rig.healthConfig(),
                        new AgentSettings.Applying(
                                false, Duration.ZERO, Duration.ZERO, Optional.empty(), 0),
                        OptionalInt.empty(),
                        Optional.empty(),
                        dir.resolve("socket"));
        var runner = new ProcessRunner();
        return new DaemonBuilder.Parts(
                settings,
                state,
                rig.tools(),
                new HttpMeans("nixfleet-test", Optional.empty()),
                rig.controlPlane(),
                rig.metrics,
                new HealthChecks.Means(
                        runner,
                        Map.of("PATH", "/usr/bin:/bin"),
                        (SSLSocketFactory) SSLSocketFactory.getDefault()),
                runner,
                rig.wallClock,
                new Random(5),
                "1.2.3",
                rig.wallClock.instant());
    }

    private void desire(StorePath system) {
        rig.server.fleet().desire(CycleRig.MACHINE, "{\"hash\":\"%s\"}".formatted(system));
    }

    private List<String> awaitMessage(String message) throws Exception {
        Await.until("'%s' is received".formatted(message), () -> messages().contains(message));
        return messages();
    }

    private List<String> messages() {
        return rig.server.fleet().reports(CycleRig.MACHINE).stream()
                .map(ReceivedReport::message)
                .toList();
    }

    private HistoryEntry awaitEnd(String id) throws Exception {
        Await.until(
                id + " ends",
                () -> daemon.history(9).stream().anyMatch(old -> old.request().id().equals(id)));
        return daemon.history(9).stream()
                .filter(old -> old.request().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private String submit(StorePath system) {
        var request =
                new DeployRequest(
                        daemon.newId(), system, Optional.empty(), Action.SWITCH, Source.PUSH);
        return switch (daemon.submit(request)) {
            case Submission.Accepted(String id) -> id;
            case Submission.UnderWay(String id) -> "under way: " + id;
            case Submission.Refused(String reason) -> "refused: " + reason;
        };
    }

    @Test
    void tellsThatItIsThereAndDeploysWhatIsDesired() throws Exception {
        StorePath fresh = rig.system("new", "");
        desire(fresh);
        daemon.start();

        List<String> messages = awaitMessage("deployed");
        assertThat(messages).startsWith("started").contains("applying");
        Await.until("the deployment is over", () -> daemon.status().deployment().isEmpty());
        AgentStatus status = daemon.status();
        assertThat(status.current()).isEqualTo(rig.state());
        assertThat(status.current().running()).contains(fresh);
        assertThat(status.desired()).contains(fresh);
        assertThat(status.phase()).isEqualTo(Phase.IDLE);
        assertThat(status.last().orElseThrow().outcome())
                .isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(status.lastPollFailure()).isEmpty();
        assertThat(daemon.whyNotReady()).isEmpty();
        assertThat(daemon.whyNotAlive()).isEmpty();
    }

    @Test
    void deploysWhatIsPushedOnceAndRefusesWhatItRolledBack() throws Exception {
        StorePath bad =
                rig.system(
                        "bad",
                        "while [ ! -e '%s' ]; do sleep 0.02; done; exit 1"
                                .formatted(dir.resolve("go")));
        daemon.start();
        String id = submit(bad);
        Await.until("it is applied", () -> daemon.status().phase() == Phase.APPLYING);
        assertThat(submit(bad)).isEqualTo("under way: " + id);
        Files.createFile(dir.resolve("go"));
        assertThat(awaitEnd(id).outcome()).isInstanceOf(Outcome.RolledBack.class);

        assertThat(submit(bad))
                .startsWith("refused: rolled back: switch-to-configuration switch ended")
                .endsWith("; `nixfleet-agent retry` allows it again");

        rig.system("bad", "");
        assertThat(daemon.allowAgain(Optional.empty())).isEqualTo(1);
        assertThat(awaitEnd(submit(bad)).outcome()).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void leavesTheHostAloneUntilAnOperatorHasLookedAtIt() throws Exception {
        state.note(Reporter.ATTENTION_NOTE, "rollback failed: it broke");
        StorePath fresh = rig.system("new", "");
        desire(fresh);
        daemon.start();
        assertThat(submit(fresh)).startsWith("refused: this host is left alone");
        awaitMessage("rollback failed: it broke");
        assertThat(daemon.status().needsAttention()).contains("rollback failed: it broke");
        assertThat(rig.host.activations()).isEmpty();

        assertThat(daemon.allowAgain(Optional.empty())).isEqualTo(1);

        awaitMessage("deployed");
        assertThat(rig.state().running()).contains(fresh);
    }

    @Test
    void endsWithinMomentsInTheMiddleOfASwitchThatGoesOn() throws Exception {
        StorePath fresh =
                rig.system(
                        "new",
                        "while [ ! -e '%s' ]; do sleep 0.02; done; echo through >> '%s'"
                                .formatted(dir.resolve("go"), rig.host.log()));
        daemon.start();
        submit(fresh);
        Await.until("the switch runs", () -> !rig.host.activations().isEmpty());

        long begin = System.nanoTime();
        daemon.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(daemon.whyNotAlive()).contains("a loop has ended");
        assertThat(daemon.whyNotReady()).contains("a loop has ended");
        assertThat(state.inFlight().orElseThrow().phase()).isEqualTo(Phase.APPLYING);
        Files.createFile(dir.resolve("go"));
        Await.until("the switch goes on", () -> rig.host.activations().contains("through"));
    }
}
