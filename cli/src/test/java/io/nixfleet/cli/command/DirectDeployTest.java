package io.nixfleet.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.endpoint.ServerTls;
import io.nixfleet.agent.tls.ClientIdentity;
import io.nixfleet.agent.tls.TrustedAuthorities;
import io.nixfleet.cli.command.Program.Run;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.json.OperatorJson;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.TestAuthority;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy --direct} against the agent's push listeners over real sockets, with staged hosts.
 */
@Timeout(60)
class DirectDeployTest {
    private static final StorePath OLD = system("old");
    private static final StorePath NEW = system("new");
    private static final Outcome SICK = new Outcome.RolledBack("rolled back: web: status 503");

    private static final TestAuthority FLEET = TestAuthority.create("fleet authority");
    private static final Vertx VERTX = Vertx.vertx();

    @TempDir private static Path tls;
    private static ServerTls serverTls;

    @TempDir private Path directory;
    private final Map<String, StagedHost> hosts = new LinkedHashMap<>();

    private static StorePath system(String name) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, "0".repeat(32) + "-nixos-system-" + name);
    }

    @BeforeAll
    static void makeCertificates() throws IOException {
        FLEET.write(tls.resolve("ca.pem"));
        FLEET.issue(CertificateRequest.server()).write(tls, "agent");
        serverTls =
                new ListenerTls(
                        ClientIdentity.read(tls.resolve("agent.pem"), tls.resolve("agent-key.pem"))
                                .keyManager(),
                        TrustedAuthorities.only(tls.resolve("ca.pem")));
        FLEET.issue(CertificateRequest.client("operator").withKey(1)).write(tls, "operator");
        FLEET.issue(CertificateRequest.client("stranger").withKey(1)).write(tls, "stranger");
    }

    private record ListenerTls(X509KeyManager keyManager, X509TrustManager trustManager)
            implements ServerTls {}

    @AfterEach
    void stop() {
        hosts.values().forEach(StagedHost::close);
    }

    @AfterAll
    static void closeVertx() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private StagedHost host(String name) {
        return hosts.computeIfAbsent(name, _ -> StagedHost.start(VERTX, serverTls, name, OLD));
    }

    private void hosts(String... names) {
        for (String name : names) {
            var _ = host(name);
        }
    }

    private Path release() throws IOException {
        List<ReleaseEntry> entries =
                hosts.keySet().stream()
                        .map(
                                name ->
                                        new ReleaseEntry(
                                                name,
                                                NEW.toString(),
                                                "x86_64-linux",
                                                List.of(name.replaceFirst("-.*", ""))))
                        .toList();
        return Files.writeString(
                directory.resolve("release.json"),
                OperatorJson.write(
                        new NewRelease(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("https://cache.example"),
                                entries)));
    }

    private String agents() {
        return hosts.entrySet().stream()
                .map(host -> host.getKey() + "=" + host.getValue().url())
                .collect(Collectors.joining(","));
    }

    private Run deploy(String... more) throws IOException {
        var words = new ArrayList<>(List.of("--agents=" + agents(), "--hosts=*"));
        words.addAll(List.of(more));
        return deployWith("operator", words.toArray(String[]::new));
    }

    private Run deployWith(String certificate, String... more) throws IOException {
        return deployRelease(release().toString(), certificate, more);
    }

    private static Run deployRelease(String release, String certificate, String... more) {
        var words =
                new ArrayList<>(
                        List.of(
                                "deploy",
                                "--direct",
                                "--release=" + release,
                                "--ca-cert=" + tls.resolve("ca.pem"),
                                "--client-cert=" + tls.resolve(certificate + ".pem"),
                                "--client-key=" + tls.resolve(certificate + "-key.pem")));
        words.addAll(List.of(more));
        return Program.run(words.toArray(String[]::new));
    }

    private static List<String> outcomes(Run run) throws IOException {
        return run.json()
                .path("hosts")
                .valueStream()
                .map(one -> one.path("outcome").asText())
                .toList();
    }

    @Test
    void deploysBatchAfterBatch() throws Exception {
        hosts("web-1", "web-2", "web-3");
        var canaryWhenOthersBegan = new ArrayList<Optional<StorePath>>();
        for (String other : List.of("web-2", "web-3")) {
            host(other)
                    .onSubmit(
                            () -> {
                                synchronized (canaryWhenOthersBegan) {
                                    canaryWhenOthersBegan.add(host("web-1").running());
                                }
                            });
        }

        Run run = deploy("--strategy=canary");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(hosts.values())
                .allSatisfy(
                        host -> {
                            assertThat(host.running()).contains(NEW);
                            assertThat(host.submitted())
                                    .singleElement()
                                    .satisfies(
                                            request ->
                                                    assertThat(request.cacheUrl())
                                                            .contains(
                                                                    URI.create(
                                                                            "https://cache.example")));
                        });
        assertThat(canaryWhenOthersBegan).containsExactly(Optional.of(NEW), Optional.of(NEW));
        assertThat(run.err())
                .contains(
                        "batch 1 of 2: web-1\n",
                        "web-1: batch 1: fetching\n",
                        "web-1: deployed\n",
                        "batch 2 of 2: web-2, web-3\n");
        assertThat(run.out())
                .isEqualTo(
                        """
                        HOST   BATCH  OUTCOME
                        web-1  1      deployed
                        web-2  2      deployed
                        web-3  2      deployed

                        the release is deployed: 3 of 3 hosts run it, and are healthy
                        """);
    }

    @Test
    void passesOverWhatRunsItAlready() throws Exception {
        hosts("web-1", "web-2");
        assertThat(deployWith("operator", "--hosts=web-1", "--agents=" + agents()).exitCode())
                .isZero();

        Run run = deploy("--json", "--cache-url=https://other.example");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(outcomes(run)).containsExactly("ran_it", "deployed");
        assertThat(run.json().path("status").asText()).isEqualTo("completed");
        assertThat(run.json().at("/hosts/1/before").asText()).isEqualTo(OLD.toString());
        assertThat(run.json().at("/hosts/1/store_path").asText()).isEqualTo(NEW.toString());
        assertThat(host("web-1").submitted()).hasSize(1);
        assertThat(host("web-2").submitted().getFirst().cacheUrl())
                .contains(URI.create("https://other.example"));
    }

    @Test
    void aHostThatRunsItAndIsSickHasFailed() throws Exception {
        hosts("web-1");
        assertThat(deploy().exitCode()).isZero();
        host("web-1").unhealthy();

        Run run = deploy("--health-timeout=1");

        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(run.out())
                .contains("not healthy with it after 1.0 s: runs it, unhealthy, web: status 503");
        assertThat(host("web-1").submitted()).hasSize(1);
    }

    @Test
    void pausesAtABatchThatFailsAndSaysHowToGoOn() throws Exception {
        hosts("web-1", "web-2");
        host("web-1").ending(NEW, SICK);

        Run run = deploy("--strategy=canary");

        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(9);
        assertThat(run.out())
                .isEqualTo(
                        """
                        HOST   BATCH  OUTCOME
                        web-1  1      rolled back  web: status 503
                        web-2  2      untouched

                        batch 1 of 2 failed; hosts keep what they have
                        mend what failed and go on with the same command: hosts that run the release \
                        are passed over, and one that rolled it back takes it again after \
                        'nixfleet-agent retry' there
                        """);
        assertThat(host("web-2").submitted()).isEmpty();

        Run again = deploy("--strategy=canary", "--json");
        assertThat(outcomes(again)).containsExactly("failed", "not_begun");
        assertThat(again.json().at("/hosts/0/message").asText())
                .contains("`retry` allows it again");

        host("web-1").allowAgain(Optional.empty());
        host("web-1").ending(NEW, new Outcome.Deployed("deployed"));
        assertThat(deploy("--strategy=canary").exitCode()).isZero();
        assertThat(host("web-2").running()).contains(NEW);
    }

    @Test
    void goesOnWhileFailuresAreWithinTheThreshold() throws Exception {
        hosts("web-1", "web-2", "web-3", "web-4");
        host("web-2").ending(NEW, SICK);

        Run run = deploy("--failure-threshold=25%", "--json");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(outcomes(run))
                .containsExactly("deployed", "rolled_back", "deployed", "deployed");
    }

    @Test
    void bringsBackWhatTookTheReleaseWhenABatchFails() throws Exception {
        hosts("web-1", "web-2", "web-3");
        host("web-3").ending(NEW, SICK);

        Run run = deploy("--strategy=staged", "--batch-size=1,1,1", "--on-failure=revert");

        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(9);
        assertThat(hosts.values()).allSatisfy(host -> assertThat(host.running()).contains(OLD));
        assertThat(host("web-1").submitted())
                .extracting(DeployRequest::system)
                .containsExactly(NEW, OLD);
        assertThat(host("web-1").submitted().getLast().cacheUrl()).isEmpty();
        assertThat(host("web-3").submitted()).hasSize(1);
        assertThat(run.out())
                .containsPattern("web-1 +1 +brought back\n")
                .containsPattern("web-2 +2 +brought back\n")
                .containsPattern("web-3 +3 +rolled back +web: status 503\n")
                .contains("batch 3 of 3 failed; all hosts run what they ran before\n");
    }

    @Test
    void saysWhichHostCouldNotBeBroughtBack() throws Exception {
        hosts("web-1", "web-2");
        host("web-1").ending(OLD, new Outcome.Failed("no room in /boot"));
        host("web-2").ending(NEW, SICK);

        Run run = deploy("--strategy=canary", "--on-failure=revert", "--json");

        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(run.json().path("status").asText()).isEqualTo("failed");
        assertThat(outcomes(run)).containsExactly("not_reverted", "rolled_back");
        assertThat(run.json().at("/hosts/0/message").asText()).isEqualTo("no room in /boot");
    }

    @Test
    void bringsBackAlsoAHostOfWhichTheEndIsNotKnown() throws Exception {
        hosts("web-1");
        host("web-1").neverEnding(NEW);

        Run run = deploy("--on-failure=revert", "--health-timeout=2", "--json");

        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(outcomes(run)).containsExactly("reverted");
        assertThat(host("web-1").submitted())
                .extracting(DeployRequest::system)
                .containsExactly(NEW, OLD);
    }

    @Test
    void countsAHostThatFallsSilentAsFailedAtItsTimeout() throws Exception {
        hosts("web-1", "web-2");
        host("web-1").neverEnding(NEW);
        host("web-1").onSubmit(() -> Thread.startVirtualThread(() -> silenceOnceSeen("web-1")));

        Run run = deploy("--health-timeout=3", "--strategy=canary", "--json");

        assertThat(run.exitCode()).isEqualTo(9);
        assertThat(outcomes(run)).containsExactly("unknown", "not_begun");
        assertThat(run.json().at("/hosts/0/message").asText())
                .startsWith(
                        "not healthy with it after 3.0 s: silent, last seen fetching, 3 of 40"
                                + " paths, 1.00 KiB of 4.00 KiB: agent https://localhost:");
    }

    /** Once it has been seen under way. */
    private void silenceOnceSeen(String name) {
        while (!host(name).wasSeenAtWork()) {
            Thread.onSpinWait();
        }
        // The answer that it was seen by is on its way still.
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        host(name).fallSilent();
    }

    @Test
    void waitsForAHostThatSpeaksAgain() throws Exception {
        hosts("web-1");
        int port = host("web-1").port();
        host("web-1")
                .onSubmit(
                        () ->
                                Thread.startVirtualThread(
                                        () -> {
                                            host("web-1").fallSilent();
                                            host("web-1").speakAgain(port);
                                        }));

        Run run = deploy();

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(host("web-1").submitted()).hasSize(1);
    }

    @Test
    void followsADeploymentOfTheSameSystemThatIsUnderWay() throws Exception {
        hosts("web-1");
        host("web-1").begin(request("someone-else", NEW));

        Run run = deploy("--json");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertThat(outcomes(run)).containsExactly("deployed");
        assertThat(host("web-1").submitted()).isEmpty();
    }

    private static DeployRequest request(String id, StorePath system) {
        return new DeployRequest(
                id, system, Optional.empty(), Action.SWITCH, DeployRequest.Source.OPERATOR);
    }

    @Test
    void deploysNothingWhileAHostCannotTakePart() throws Exception {
        hosts("away", "busy", "fine", "tired");
        host("away").fallSilent();
        host("busy").begin(request("d-1", system("other"))).neverEnding(system("other"));
        host("tired").leftAlone("rollback failed");

        Run run = deploy("--strategy=canary");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err().lines().toList())
                .satisfiesExactly(
                        line ->
                                assertThat(line)
                                        .startsWith("away: agent https://localhost:")
                                        .contains("refused"),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "busy: another system is being deployed: "
                                                        + system("other")),
                        line ->
                                assertThat(line)
                                        .startsWith("tired: it is left alone until someone")
                                        .endsWith(": rollback failed"),
                        line ->
                                assertThat(line)
                                        .isEqualTo(
                                                "error: 3 of 4 hosts cannot take part; nothing was"
                                                    + " deployed: mend it, or leave them out with"
                                                    + " --hosts"));
        assertThat(hosts.values()).allSatisfy(host -> assertThat(host.submitted()).isEmpty());
        assertThat(deployWith("operator", "--hosts=busy", "--agents=" + agents()).exitCode())
                .isEqualTo(8);
    }

    @Test
    void deploysNothingToAMachineThatIsAnother() throws Exception {
        hosts("web-1", "web-2");

        Run run =
                deployWith(
                        "operator",
                        "--hosts=*",
                        "--agents=web-1=%s,web-2=%s"
                                .formatted(host("web-2").url(), host("web-1").url()));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("web-1: the agent at its address is that of machine 'web-2'\n");
        assertThat(host("web-1").submitted()).isEmpty();
        assertThat(host("web-2").submitted()).isEmpty();
    }

    @Test
    void saysWhomAgentsDoNotLetIn() throws Exception {
        hosts("web-1");

        Run run = deployWith("stranger", "--hosts=*", "--agents=" + agents());

        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err())
                .contains(
                        "does not let you in (403): the names of this certificate are not allowed:"
                                + " 'stranger'; its --listen-allow says who may push");

        Run nobody =
                Program.run(
                        "deploy",
                        "--direct",
                        "--release=" + release(),
                        "--hosts=*",
                        "--agents=" + agents(),
                        "--ca-cert=" + tls.resolve("ca.pem"));
        assertThat(nobody.exitCode()).isEqualTo(5);
        assertThat(nobody.err()).contains("wants a client certificate");
    }

    @Test
    void warnsOfAControlPlaneThatWantsAnotherSystem() throws Exception {
        hosts("web-1");
        host("web-1").desiring(OLD);

        Run run = deploy();

        assertThat(run.exitCode()).isZero();
        assertThat(run.err())
                .contains("warning: web-1 has a control plane that wants " + OLD + " of it");
    }

    @Test
    void takesAgentsFromFilesAndReleasesFromAControlPlane() throws Exception {
        hosts("db-1", "web-1", "web-2");
        Path fleetFile =
                Files.writeString(
                        directory.resolve("fleet.toml"),
                        """
                        [agents]
                        web-1 = "%s"
                        web-2 = "https://replaced.invalid"
                        localhost = "https://unused.invalid"

                        [deploy]
                        strategy = "canary"
                        """
                                .formatted(host("web-1").url()));
        Path agents =
                Files.writeString(
                        directory.resolve("agents.toml"),
                        "[agents]\nweb-2 = \"%s\"\n".formatted(host("web-2").url()));
        try (var controlPlane = ScriptedControlPlane.plain()) {
            String id =
                    controlPlane
                            .fleet()
                            .create(
                                    new io.nixfleet.testing.controlplane.rollout.NewRelease(
                                            Optional.empty(),
                                            Optional.empty(),
                                            Optional.empty(),
                                            List.of(entry("web-1"), entry("web-2"))))
                            .id();

            Run run =
                    deployRelease(
                            id,
                            "operator",
                            "--control-plane-url=" + controlPlane.url(),
                            "--config=" + fleetFile,
                            "--agents=" + agents,
                            "--tags=web",
                            "--json");

            assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
            assertThat(run.json().path("batches").asInt()).isEqualTo(2);
            assertThat(host("web-2").running()).contains(NEW);
        }
    }

    private static io.nixfleet.testing.controlplane.rollout.ReleaseEntry entry(String host) {
        return new io.nixfleet.testing.controlplane.rollout.ReleaseEntry(
                host, NEW.toString(), "x86_64-linux", List.of("web"));
    }

    @Test
    void saysWhatIsWrongWithItsOptions() throws Exception {
        hosts("db-1", "web-1");

        assertWrong(deployWith("operator", "--hosts=*"), 2, "--direct needs --agents");
        assertWrong(
                deployWith("operator", "--hosts=*", "--agents=web-1=" + host("web-1").url()),
                3,
                "says where the agent of db-1 listens");
        assertWrong(deploy("--hosts=mail"), 3, "has no host mail; it has db-1, web-1");
        assertWrong(
                deployWith("operator", "--tags=mail", "--agents=" + agents()),
                3,
                "has no host with the tags mail");
        assertWrong(deploy("--wait-timeout=5"), 2, "--direct waits for each host");
        assertWrong(deploy("--agents=db-1=http://db.invalid"), 2, "db-1 has two agents");
        assertWrong(
                deployWith("operator", "--hosts=db-1", "--agents=db-1=http://db.invalid:80"),
                2,
                "db-1: --agents http://db.invalid:80 is not encrypted");
        assertWrong(
                deployWith("operator", "--hosts=*", "--agents=" + directory.resolve("none.toml")),
                2,
                "none.toml cannot be read");
        assertWrong(
                Program.run("deploy", "--release=r", "--hosts=*", "--agents=" + agents()),
                2,
                "--agents is for --direct");
        assertWrong(
                Program.run(
                        "deploy", "--direct", "--release=r-1", "--hosts=*", "--agents=" + agents()),
                3,
                "there is no file r-1");
        Path broken = Files.writeString(directory.resolve("broken.json"), "{\"entries\": []}");
        assertWrong(
                Program.run(
                        "deploy",
                        "--direct",
                        "--release=" + broken,
                        "--hosts=*",
                        "--agents=a=b://c"),
                2,
                "the release has no entries");
    }

    private static void assertWrong(Run run, int exitCode, String message) {
        assertThat(run.err()).contains(message);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void saysWhatGoesOnWhenItIsInterrupted() throws Exception {
        hosts("web-1", "web-2", "web-3");
        var begun = new CountDownLatch(1);
        host("web-2").neverEnding(NEW).onSubmit(begun::countDown);
        String[] words = {
            "deploy",
            "--direct",
            "--release=" + release(),
            "--hosts=*",
            "--agents=" + agents(),
            "--ca-cert=" + tls.resolve("ca.pem"),
            "--client-cert=" + tls.resolve("operator.pem"),
            "--client-key=" + tls.resolve("operator-key.pem"),
            "--strategy=staged",
            "--batch-size=1,1,1"
        };
        var runs = new ArrayList<Run>();
        Thread command = Thread.ofPlatform().start(() -> runs.add(Program.run(words)));
        assertThat(begun.await(30, TimeUnit.SECONDS)).as(() -> runs.toString()).isTrue();

        command.interrupt();
        command.join();

        assertThat(runs.getFirst().exitCode()).isEqualTo(130);
        assertThat(runs.getFirst().err())
                .contains(
                        "interrupted; what has begun goes on at web-2; deployed: web-1; untouched:"
                            + " web-3; run the same again to go on: hosts that run the release are"
                            + " passed over\n");
    }
}
