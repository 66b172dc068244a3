package io.nixfleet.it.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.doctor.DoctorHost.Diagnosis;
import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.host.FakeSystem;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.FreePort;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.ServerTls;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A host is well, or one thing of it is broken: then that is found, and how to mend it. */
@Timeout(600)
class DoctorTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("fleet authority");

    private static StorePath system;
    private static SigningKey key;
    private static FileCache files;
    private static Nginx cache;

    private ScriptedControlPlane controlPlane;
    private ScriptedControlPlane controlPlaneOfTheAgent;
    private DoctorHost host;
    private AgentProgram.Running agent;

    @BeforeAll
    static void serve() throws IOException {
        system = FakeSystem.build(Recipe.sound("doctor")).path();
        key = SigningKey.generate("fleet-1");
        files = FileCache.of("zstd", key, system);
        cache = Nginx.serve(files.directory());
    }

    @AfterAll
    static void stopServing() throws IOException {
        cache.close();
        files.close();
        key.close();
    }

    @BeforeEach
    void start() throws Exception {
        controlPlane =
                ScriptedControlPlane.secure(
                        ServerTls.of(AUTHORITY.issue(CertificateRequest.server()), AUTHORITY));
        controlPlane.fleet().desire(DoctorHost.MACHINE, "{\"hash\": \"%s\"}".formatted(system));
        controlPlaneOfTheAgent = ScriptedControlPlane.plain();
        open(NixInstallation.nix234());
    }

    private void open(NixInstallation nix) throws Exception {
        host = DoctorHost.with(nix, system, key.publicKey());
        host.set("--control-plane-url", controlPlane.url().toString());
        host.set("--ca-cert", AUTHORITY.write(host.file("ca.pem")).toString());
        certify(validFor(Duration.ofDays(90)));
        host.set("--cache-url", cache.uri().toString());
        agent = host.startAgent(controlPlaneOfTheAgent);
    }

    @AfterEach
    void stop() throws Exception {
        stopHost();
        controlPlane.close();
        controlPlaneOfTheAgent.close();
    }

    private void stopHost() throws Exception {
        agent.close();
        host.close();
    }

    private static CertificateRequest validFor(Duration left) {
        return CertificateRequest.client(DoctorHost.MACHINE)
                .validBetween(Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(left));
    }

    private void certify(CertificateRequest request) throws IOException {
        AUTHORITY.issue(request.withKey(1)).write(host.file(""), "client");
        host.set("--client-cert", host.file("client.pem").toString());
        host.set("--client-key", host.file("client-key.pem").toString());
    }

    private static String cacheCheck(URI url) {
        return "cache " + url;
    }

    private static String signatureCheck(URI url) {
        return "signature of " + url;
    }

    /** These are not ok and no others, and the exit code says whether one failed. */
    private static void assertResults(Diagnosis diagnosis, Map<String, String> results) {
        assertThat(diagnosis.results()).as(diagnosis.printed()).isEqualTo(results);
        boolean failed = results.containsValue("failed");
        assertThat(diagnosis.exitCode()).isEqualTo(failed ? 11 : 0);
        assertThat(diagnosis.ok()).isEqualTo(!failed);
    }

    static Stream<NixInstallation> versions() {
        return Stream.of(
                NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234());
    }

    @ParameterizedTest
    @MethodSource("versions")
    void findsNothingWrongWhereAllIsWell(NixInstallation nix) throws Exception {
        stopHost();
        open(nix);

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of());
        assertThat(diagnosis.of("configuration"))
                .startsWith(
                        "options and variables of this command: machine web-1 of "
                                + controlPlane.url());
        assertThat(diagnosis.of("nix")).startsWith("nix (Nix) " + nix.version());
        assertThat(diagnosis.of("trusted keys")).startsWith("fleet-1 ");
        assertThat(diagnosis.of(signatureCheck(cache.uri())))
                .startsWith(system.baseName() + " is signed by fleet-1");
        assertThat(diagnosis.of("control plane")).startsWith("answers; it wants " + system);
        assertThat(diagnosis.of("clock")).matches("[012] s (ahead of|behind) cache http.*");
        assertThat(diagnosis.of("system profile")).startsWith("generation 7, ");
        AgentProgram.Run run = host.run();
        assertThat(run.exitCode()).isZero();
        assertThat(run.stdout())
                .endsWith("\nnothing failed: 20 ok, 0 warnings, 0 not checked\n")
                .doesNotContain("\033");
        assertThat(agent.handle().isAlive()).isTrue();
    }

    @Test
    void findsThatNixIsNotThere() throws Exception {
        Path bin = Files.createDirectory(host.file("bin"));
        for (String name : List.of("cat", "sh", "stat", "systemd-run", "readlink", "dirname")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("/usr/bin", name));
        }
        Files.writeString(
                bin.resolve("systemctl"),
                "#!/bin/sh\ncase $1 in show) cat %s ;; *) echo running ;; esac\n"
                        .formatted(host.file("unit")));
        Files.setPosixFilePermissions(
                bin.resolve("systemctl"), PosixFilePermissions.fromString("rwxr-xr-x"));
        host.setPath(bin.toString());

        Diagnosis diagnosis = host.diagnose();

        assertResults(
                diagnosis,
                Map.of(
                        "nix",
                        "failed",
                        "trusted keys",
                        "not_checked",
                        signatureCheck(cache.uri()),
                        "not_checked"));
        assertThat(diagnosis.of("nix"))
                .contains("nix, nix-store, nix-env: not on the PATH " + bin, "install Nix");
    }

    @Test
    void findsThatTheDaemonsSocketIsAway() throws Exception {
        host.set("--store", "unix://" + host.file("no-socket"));

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("nix daemon", "failed", "nix trust", "not_checked"));
        assertThat(diagnosis.of("nix daemon"))
                .contains("there is no such socket", "systemctl start nix-daemon.socket");
    }

    @Test
    void findsAKeyThatIsNone() throws Exception {
        Diagnosis diagnosis = host.diagnose("--trusted-public-key=fleet-2:AAAA");

        assertResults(diagnosis, Map.of("trusted keys", "failed"));
        assertThat(diagnosis.of("trusted keys"))
                .contains("public key 'fleet-2' has 3 bytes, not 32", "copy it whole");
    }

    @Test
    void findsThatTheCacheIsDown() throws Exception {
        URI down = URI.create("http://127.0.0.1:" + FreePort.next());
        host.set("--cache-url", down.toString());

        Diagnosis diagnosis = host.diagnose();

        assertResults(
                diagnosis, Map.of(cacheCheck(down), "failed", signatureCheck(down), "not_checked"));
        assertThat(diagnosis.of(cacheCheck(down)))
                .contains("Connection refused", "curl -v " + down + "/nix-cache-info");
    }

    @Test
    void findsThatTheCachesNameIsUnknown() throws Exception {
        host.set("--cache-url", "http://cache.invalid");

        Diagnosis diagnosis = host.diagnose();

        assertThat(diagnosis.results()).containsEntry("cache http://cache.invalid", "failed");
        assertThat(diagnosis.of("cache http://cache.invalid"))
                .contains("the host name cache.invalid is unknown", "this host's DNS");
    }

    @Test
    void findsACacheThatSignsWithAnUntrustedKey() throws Exception {
        try (var other = SigningKey.generate("other-1")) {
            host.trust(other.publicKey());

            Diagnosis diagnosis = host.diagnose();

            assertResults(diagnosis, Map.of(signatureCheck(cache.uri()), "failed"));
            assertThat(diagnosis.of(signatureCheck(cache.uri())))
                    .contains(
                            "no trusted key signed it, only 'fleet-1'; trusted are: 'other-1'",
                            "--trusted-public-key NAME:KEY");
        }
    }

    @Test
    void cannotTellWhoSignsWhereTheCacheLacksThePath() throws Exception {
        String lacking = "/nix/store/00000000000000000000000000000000-not-there";

        Diagnosis diagnosis = host.diagnose("--path=" + lacking);

        assertResults(diagnosis, Map.of(signatureCheck(cache.uri()), "not_checked"));
        assertThat(diagnosis.of(signatureCheck(cache.uri())))
                .contains("it has not 00000000000000000000000000000000-not-there", "--path");
    }

    @Test
    void findsThatItIsNoCache() throws Exception {
        try (var empty = Nginx.serve(Files.createDirectory(host.file("empty")))) {
            host.set("--cache-url", empty.uri().toString());

            Diagnosis diagnosis = host.diagnose();

            assertResults(
                    diagnosis,
                    Map.of(
                            cacheCheck(empty.uri()),
                            "failed",
                            signatureCheck(empty.uri()),
                            "not_checked"));
            assertThat(diagnosis.of(cacheCheck(empty.uri())))
                    .contains("nix-cache-info: HTTP status 404", "give the URL of a Nix cache");
        }
    }

    @Test
    void findsACacheForAnotherStore() throws Exception {
        try (var server = HostileServer.start()) {
            server.on("/nix-cache-info", Answers.ok("StoreDir: /gnu/store\n"));
            host.set("--cache-url", server.uri().toString());

            Diagnosis diagnosis = host.diagnose();

            String name = "cache " + server.uri();
            assertThat(diagnosis.results()).containsEntry(name, "failed");
            assertThat(diagnosis.of(name))
                    .contains("is for the store directory /gnu/store, not for /nix/store");
        }
    }

    @ParameterizedTest
    @CsvSource({"401, check the login in netrc", "403, the login does not allow it"})
    void tellsDeniedLoginsApartAndShowsNone(int status, String words) throws Exception {
        try (var server = HostileServer.start()) {
            server.otherwise(Answers.status(status));
            Path token = Files.writeString(host.file("token"), "s3cret-token\n");
            Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
            URI withLogin = URI.create(server.uri().toString().replace("://", "://me:s3cret-url@"));

            Diagnosis diagnosis =
                    host.diagnose(
                            "--token-file=" + token,
                            "--extra-cache-url=" + withLogin,
                            "--extra-cache-url=" + server.uri() + "/other");

            String name = "cache " + server.uri();
            assertThat(diagnosis.results())
                    .containsEntry(name, "failed")
                    .containsEntry(name + "/other", "failed");
            assertThat(diagnosis.of(name)).contains("HTTP status " + status, words);
            assertThat(server.requests())
                    .extracting(request -> request.header("Authorization"))
                    .contains("Bearer s3cret-token")
                    .anyMatch(sent -> sent.startsWith("Basic "));
            assertThat(diagnosis.printed()).doesNotContain("s3cret");
            assertThat(host.run("--token-file=" + token, "--extra-cache-url=" + withLogin).stdout())
                    .contains("HTTP status " + status)
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void findsAnExpiredCertificate() throws Exception {
        certify(CertificateRequest.client(DoctorHost.MACHINE).expired());

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("certificate", "failed", "control plane", "failed"));
        assertThat(diagnosis.of("certificate")).contains("it has expired", "issue a new one");
        assertThat(diagnosis.of("control plane"))
                .contains("refuses the client certificate of 'web-1'", "it expired at");
    }

    @Test
    void warnsOfOneThatExpiresSoon() throws Exception {
        certify(validFor(Duration.ofDays(10)));

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("certificate", "warning"));
        assertThat(diagnosis.of("certificate")).contains("it expires in 9 days", "renew it now");
    }

    @Test
    void findsTheCertificateOfAnotherMachine() throws Exception {
        host.set("--machine-id", "db-1");

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("certificate", "failed", "control plane", "failed"));
        assertThat(diagnosis.of("certificate"))
                .contains("its CN is 'web-1', and the machine id is 'db-1'", "--machine-id");
        assertThat(diagnosis.of("control plane"))
                .contains("answers 403", "register machine 'db-1'");
    }

    @Test
    void findsAKeyOfAnotherCertificate() throws Exception {
        AUTHORITY
                .issue(CertificateRequest.client(DoctorHost.MACHINE).withKey(2))
                .write(host.file("unused.pem"), host.file("client-key.pem"));

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("certificate", "failed", "control plane", "not_checked"));
        assertThat(diagnosis.of("certificate")).contains("is not the key of the first certificate");
    }

    @Test
    void findsThatTheControlPlaneIsDown() throws Exception {
        controlPlane.fault(new Fault.Refuse());

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("control plane", "failed"));
        assertThat(diagnosis.of("control plane"))
                .contains("onnection refused", "curl -v " + controlPlane.url());
    }

    @Test
    void warnsOfAControlPlaneThatWantsNothingOfThisHost() throws Exception {
        controlPlane.fleet().desireNothing(DoctorHost.MACHINE);

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("control plane", "warning"));
        assertThat(diagnosis.of("control plane")).contains("HTTP status 404", "--machine-id");
    }

    @Test
    void findsAClockThatIsOff() throws Exception {
        String anHourAhead =
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.now().plus(Duration.ofHours(1)).atOffset(ZoneOffset.UTC));
        String body = "{\"hash\": \"%s\"}".formatted(system);
        controlPlane.fault(
                new Fault.Raw(
                        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %d\r\n\r\n%s"
                                .formatted(anHourAhead, body.length(), body)));

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("clock", "failed"));
        assertThat(diagnosis.of("clock"))
                .containsPattern("(3599|3600|35..) s behind the control plane")
                .contains("timedatectl set-ntp true");
    }

    @Test
    void findsThatTheStateHasNoRoom() throws Exception {
        Path state = Files.createDirectory(host.file("small"));
        host.prepare("mount -t tmpfs -o size=1m tmpfs " + state);
        host.prepare("head -c 2000000 /dev/zero >%s/filler 2>/dev/null || true".formatted(state));
        host.set("--db-path", state.resolve("state.db").toString());

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("state disk", "failed"));
        assertThat(diagnosis.of("state disk"))
                .contains(state + ": 0 MB free", "its file system is full", "du -xh");
    }

    @Test
    void findsThatNoInodeIsLeft() throws Exception {
        Path state = Files.createDirectory(host.file("small"));
        host.prepare("mount -t tmpfs -o size=100m,nr_inodes=8 tmpfs " + state);
        host.set("--db-path", state.resolve("state.db").toString());

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("state disk", "failed"));
        assertThat(diagnosis.of("state disk")).contains("inodes left for new files");
    }

    @Test
    void findsThatBootHasLessRoomThanTheAgentAsksFor() throws Exception {
        host.prepare("mkdir -p /boot; mount -t tmpfs -o size=8m tmpfs /boot");

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("/boot", "failed"));
        assertThat(diagnosis.of("/boot"))
                .contains("8 MB free", "less than 16 MB", "nix-collect-garbage");
        assertResults(host.diagnose("--boot-floor=4"), Map.of());
    }

    @Test
    void findsACorruptDatabase() throws Exception {
        Path database = Files.writeString(host.file("other.db"), "junk ".repeat(1000));
        host.set("--db-path", database.toString());

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("state database", "failed"));
        assertThat(diagnosis.of("state database"))
                .contains("it is corrupt", "systemctl restart nixfleet-agent");
        assertThat(database).hasContent("junk ".repeat(1000));
    }

    @Test
    void findsThatThereIsNoUnit() throws Exception {
        host.systemctl("LoadState=not-found\nActiveState=inactive\nSubState=dead\n");

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("unit", "failed"));
        assertThat(diagnosis.of("unit"))
                .contains("there is no unit", "services.nixfleet-agent.enable = true");
    }

    @Test
    void findsAUnitThatSystemdGaveUp() throws Exception {
        agent.kill();
        host.systemctl(
                "LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=start-limit-hit\n");
        Files.deleteIfExists(Path.of(host.get("--socket")));

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("unit", "failed", "agent", "not_checked"));
        assertThat(diagnosis.of("unit")).contains("systemctl reset-failed nixfleet-agent");
    }

    @Test
    void findsThatSystemdDoesNotAnswer() throws Exception {
        host.program("systemctl", "echo 'Failed to connect to bus' >&2; exit 1");

        Diagnosis diagnosis = host.diagnose();

        assertResults(diagnosis, Map.of("systemd-run", "failed", "unit", "not_checked"));
        assertThat(diagnosis.of("systemd-run")).contains("Failed to connect to bus");
    }

    @Test
    void warnsOfAnotherSystemThanTheProfiles() throws Exception {
        host.prepare("ln -sfn %s-by-hand /run/current-system".formatted(system));

        Diagnosis diagnosis = host.diagnose("--path=" + system);

        assertResults(diagnosis, Map.of("system profile", "warning"));
        assertThat(diagnosis.of("system profile"))
                .contains("another system runs", "switch-to-configuration switch");
    }

    @Test
    void takesTheOptionsOfTheUnitAndShowsNoSecretOfIt() throws Exception {
        String secret = cache.uri().toString().replace("://", "://me:s3cret-unit@");
        host.set("--cache-url", secret);
        host.unit(
                host.execStart()
                        + "Environment=HOME=/root \"NIXFLEET_EXTRA_CACHE_URLS="
                        + "http://me:s3cret-variable@127.0.0.1:1\"\n");
        for (String option :
                List.of(
                        "--control-plane-url",
                        "--machine-id",
                        "--cache-url",
                        "--ca-cert",
                        "--client-cert",
                        "--client-key",
                        "--store",
                        "--db-path",
                        "--health-config",
                        "--socket")) {
            host.unset(option);
        }

        Diagnosis diagnosis = host.diagnose();

        assertResults(
                diagnosis,
                Map.of(
                        "cache http://127.0.0.1:1",
                        "failed",
                        "signature of http://127.0.0.1:1",
                        "not_checked"));
        assertThat(diagnosis.of("configuration"))
                .startsWith("nixfleet-agent.service: machine web-1 of " + controlPlane.url());
        assertThat(diagnosis.of(cacheCheck(cache.uri()))).startsWith("answers");
        assertThat(diagnosis.printed()).doesNotContain("s3cret");
    }

    @Test
    void saysThatNothingIsConfiguredAndLooksAtTheRest() throws Exception {
        host.unset("--control-plane-url").unset("--machine-id").unset("--cache-url");

        Diagnosis diagnosis = host.diagnose();

        assertResults(
                diagnosis,
                Map.of(
                        "configuration", "failed",
                        "control plane", "not_checked",
                        "cache", "not_checked"));
        assertThat(diagnosis.of("configuration"))
                .contains("--control-plane-url (or NIXFLEET_CONTROL_PLANE_URL) is required");
    }

    @Test
    void endsThoughEverythingHangs() throws Exception {
        host.set("--time-limit", "6");
        host.program("nix", "exec sleep 86397");
        host.program("systemctl", "exec sleep 86397");
        host.program("timedatectl", "exec sleep 86397");
        host.program("stat", "exec sleep 86397");
        controlPlane.fault(new Fault.Stall());
        UnixDomainSocketAddress silent = UnixDomainSocketAddress.of(host.file("silent"));
        try (var server = HostileServer.start();
                var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(silent);
            server.otherwise(Answers.silence());
            host.set("--cache-url", server.uri().toString());
            host.set("--store", "unix://" + silent.getPath());
            host.set("--socket", silent.getPath().toString());

            Diagnosis diagnosis = host.diagnose();

            assertThat(diagnosis.exitCode()).isEqualTo(11);
            assertThat(diagnosis.results())
                    .containsEntry("nix", "failed")
                    .containsEntry("nix daemon", "failed")
                    .containsEntry("control plane", "failed")
                    .containsEntry("systemd-run", "failed")
                    .containsEntry("cache " + server.uri(), "failed");
            assertThat(diagnosis.of("nix")).contains("did not end within 2 s");
            assertThat(diagnosis.of("control plane")).contains("no answer within 2 s");
            assertThat(diagnosis.of("cache " + server.uri())).contains("nix-cache-info: ");
            assertThat(
                            ProcessHandle.allProcesses()
                                    .flatMap(process -> process.info().commandLine().stream()))
                    .noneMatch(command -> command.contains("86397"));
        }
    }

    @Test
    void isColouredOnATerminalOnly() throws Exception {
        host.environment("NO_COLOR", "");
        assertThat(host.runOnTerminal().stdout()).contains("\033[32m✓\033[0m nix ");
        host.environment("NO_COLOR", "1");
        assertThat(host.runOnTerminal().stdout()).contains("✓ nix ").doesNotContain("\033");
    }
}
