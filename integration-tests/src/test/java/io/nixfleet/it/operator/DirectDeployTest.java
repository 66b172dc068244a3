package io.nixfleet.it.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.agent.Schemas;
import io.nixfleet.it.host.FakeSystem;
import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.Images;
import io.nixfleet.it.host.Network;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.operator.OperatorProgram.Run;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.json.OperatorJson;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.KeyEncoding;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy --direct}: two hosts with real systemd and Nix, and no control plane anywhere. */
@Tag("containers")
@Timeout(180)
class DirectDeployTest {
    private static final int PORT = 9443;
    private static final String SECRETS = "/etc/fleet-secrets/";
    private static final String CANARY = "host-1";
    private static final String OTHER = "host-2";

    /** Nobody listens there. */
    private static final URI NO_CONTROL_PLANE = URI.create("https://127.0.0.1:1");

    private static final Deque<AutoCloseable> OPENED = new ArrayDeque<>();
    private static final TestAuthority AUTHORITY = TestAuthority.create("fleet authority");

    @TempDir private static Path operator;
    private static StorePath first;
    private static StorePath second;
    private static StorePath sick;

    /** Not that of the canary: what one test leaves refused on a host is no matter of another. */
    private static StorePath sickOther;

    private static SystemHost canary;
    private static SystemHost other;

    @BeforeAll
    static void bootHosts() throws Exception {
        SigningKey key = open(SigningKey.generate("direct-1"));
        first = FakeSystem.build(Recipe.sound("direct-first")).path();
        second = FakeSystem.build(Recipe.sound("direct-second")).path();
        sick = FakeSystem.build(Recipe.sound("direct-sick").unhealthy()).path();
        sickOther = FakeSystem.build(Recipe.sound("direct-sick-other").unhealthy()).path();
        FileCache cache = open(FileCache.of("none", key, first, second, sick, sickOther));
        Files.setPosixFilePermissions(
                cache.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Network network = open(Network.create());
        var booting = new ArrayList<Future<SystemHost>>();
        try (var boots = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String name : List.of(CANARY, OTHER)) {
                Network.Place place = network.place(name);
                Callable<SystemHost> boot = () -> boot(place, key, cache);
                booting.add(boots.submit(boot));
            }
        }
        for (Future<SystemHost> host : booting) {
            var _ = open(host.get());
        }
        canary = booting.getFirst().get();
        other = booting.getLast().get();
        AUTHORITY.write(operator.resolve("ca.pem"));
        AUTHORITY.issue(CertificateRequest.client("operator")).write(operator, "operator");
        Files.writeString(
                operator.resolve("agents.toml"),
                """
                [agents]
                %s = "https://%s:%d"
                %s = "https://%s:%d"
                """
                        .formatted(CANARY, canary.address(), PORT, OTHER, other.address(), PORT));
    }

    private static SystemHost boot(Network.Place place, SigningKey key, FileCache cache) {
        SystemHost host =
                SystemHost.boot(
                        new SystemHost.Setup(
                                place.name(),
                                Images.host(),
                                SystemHost.Setup.trusting(key.publicKey()),
                                Optional.of(place),
                                Map.of("/srv/cache", cache.directory())));
        IssuedCertificate own =
                AUTHORITY.issue(
                        CertificateRequest.client(place.name())
                                .withHosts(place.name(), place.address()));
        host.writeSecret(SECRETS + "ca.pem", AUTHORITY.pem());
        host.writeSecret(SECRETS + "client.pem", own.certificatePem());
        host.writeSecret(SECRETS + "client-key.pem", own.keyPem(KeyEncoding.PKCS8));
        HostAgent.install(
                        host,
                        NO_CONTROL_PLANE,
                        Map.of(
                                "tls",
                                Map.of(
                                        "caCert", SECRETS + "ca.pem",
                                        "clientCert", SECRETS + "client.pem",
                                        "clientKey", SECRETS + "client-key.pem"),
                                "listen",
                                Map.of("address", "0.0.0.0:" + PORT, "allow", List.of("operator")),
                                "healthInterval",
                                2))
                .start();
        return host;
    }

    private static <T extends AutoCloseable> T open(T part) {
        OPENED.push(part);
        return part;
    }

    @AfterAll
    static void close() throws Exception {
        while (!OPENED.isEmpty()) {
            OPENED.pop().close();
        }
    }

    @BeforeEach
    void bringBothToTheirFirstSystem() throws Exception {
        Run run = deploy(release(first, first), "--hosts=*");
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertRuns(canary, first);
        assertRuns(other, first);
    }

    private static Path release(StorePath ofCanary, StorePath ofOther) throws IOException {
        var release =
                new NewRelease(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("file:///srv/cache"),
                        List.of(
                                new ReleaseEntry(
                                        CANARY, ofCanary.toString(), "x86_64-linux", List.of("a")),
                                new ReleaseEntry(
                                        OTHER, ofOther.toString(), "x86_64-linux", List.of("a"))));
        return Files.writeString(
                Files.createTempFile(operator, "release-", ".json"), OperatorJson.write(release));
    }

    private static Run deploy(Path release, String... more) throws Exception {
        var words =
                new ArrayList<>(
                        List.of(
                                "deploy",
                                "--direct",
                                "--release=" + release,
                                "--agents=" + operator.resolve("agents.toml"),
                                "--ca-cert=" + operator.resolve("ca.pem"),
                                "--client-cert=" + operator.resolve("operator.pem"),
                                "--client-key=" + operator.resolve("operator-key.pem"),
                                "--health-timeout=60"));
        words.addAll(List.of(more));
        return new OperatorProgram(operator, operator).run(words.toArray(String[]::new));
    }

    /** What it printed, which is what the schema says. */
    private static JsonNode json(Run run) throws IOException {
        Path schemas =
                Path.of(System.getProperty("nixfleet.operator.dir"), "share/nixfleet/schemas");
        return Schemas.readOpen(schemas, "deploy", run.out());
    }

    /** Running, booting and at rest. */
    private static void assertRuns(SystemHost host, StorePath system) {
        assertThat(host.currentSystem()).contains(system);
        assertThat(host.profileSystem()).contains(system);
        assertThat(host.read("/boot/default").strip()).isEqualTo(system.toString());
    }

    private static long switchesTo(SystemHost host, StorePath system) {
        return host.switches().stream().filter(("begin switch " + system)::equals).count();
    }

    @Test
    void deploysACanaryAndThenTheOther() throws Exception {
        Path release = release(second, second);

        Run run = deploy(release, "--tags=a", "--strategy=canary");

        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        assertRuns(canary, second);
        assertRuns(other, second);
        assertThat(run.err()).containsSubsequence("host-1: deployed\n", "host-2: batch 2: ");
        assertThat(run.out())
                .containsPattern("host-1 +1 +deployed\n")
                .containsPattern("host-2 +2 +deployed\n")
                .endsWith("the release is deployed: 2 of 2 hosts run it, and are healthy\n");

        long switches = switchesTo(canary, second) + switchesTo(other, second);
        Run again = deploy(release, "--tags=a", "--strategy=canary", "--json");
        assertThat(again.exitCode()).as(again.err() + again.out()).isZero();
        assertThat(json(again).path("hosts"))
                .extracting(host -> host.path("outcome").asText())
                .containsExactly("ran_it", "ran_it");
        assertThat(switchesTo(canary, second) + switchesTo(other, second)).isEqualTo(switches);
    }

    @Test
    void stopsAtABadCanaryAndGoesOnWithWhatIsMended() throws Exception {
        Run run = deploy(release(sick, sick), "--hosts=*", "--strategy=canary");

        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(9);
        assertRuns(canary, first);
        assertRuns(other, first);
        assertThat(switchesTo(canary, sick)).isOne();
        assertThat(switchesTo(other, sick)).isZero();
        assertThat(other.isValid(sick)).isFalse();
        assertThat(run.out())
                .containsPattern("host-1 +1 +rolled back +\\S.*503")
                .containsPattern("host-2 +2 +untouched\n")
                .contains("batch 1 of 2 failed; hosts keep what they have\n")
                .contains("go on with the same command");

        Run refused = deploy(release(sick, sick), "--hosts=*", "--strategy=canary", "--json");
        assertThat(refused.exitCode()).as(refused.err() + refused.out()).isEqualTo(9);
        JsonNode refusal = json(refused).at("/hosts/0");
        assertThat(refusal.path("outcome").asText()).isEqualTo("failed");
        assertThat(refusal.path("message").asText())
                .endsWith("`nixfleet-agent retry` allows it again");
        assertThat(switchesTo(canary, sick)).isOne();

        Run mended = deploy(release(second, second), "--hosts=*", "--strategy=canary");
        assertThat(mended.exitCode()).as(mended.err() + mended.out()).isZero();
        assertRuns(canary, second);
        assertRuns(other, second);
    }

    @Test
    void bringsTheCanaryBackWhenTheOtherFails() throws Exception {
        Run run =
                deploy(
                        release(second, sickOther),
                        "--hosts=*",
                        "--strategy=canary",
                        "--on-failure=revert",
                        "--json");

        assertThat(run.exitCode()).as(run.err() + run.out()).isEqualTo(9);
        assertRuns(canary, first);
        assertRuns(other, first);
        assertThat(json(run).path("status").asText()).isEqualTo("reverted");
        assertThat(json(run).path("hosts"))
                .extracting(host -> host.path("outcome").asText())
                .containsExactly("reverted", "rolled_back");
        assertThat(json(run).at("/hosts/0/before").asText()).isEqualTo(first.toString());
        assertThat(switchesTo(canary, second)).isPositive();
    }
}
