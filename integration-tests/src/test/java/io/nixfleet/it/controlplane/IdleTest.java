package io.nixfleet.it.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.nixfleet.testing.controlplane.ServerTls;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the daemon takes from a host that has nothing to do, at its default intervals. The exact
 * figures are those of benchmarks/idle.sh: other programs make a start longer, so that its
 * processor time is judged here, and a minute is too short for the share of a processor.
 */
@Timeout(360)
class IdleTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("idle authority");

    /** Of both processors together; without its AOT cache it is 1.3 s. */
    private static final Duration FIRST_POLL = Duration.ofSeconds(1);

    /** Without the AOT cache 2 s. */
    private static final Duration FIRST_POLL_OVER_TLS = Duration.ofMillis(1500);

    private static final int STARTS = 5;
    private static final Duration START = Duration.ofSeconds(16);
    private static final long MIB = 1 << 20;

    /** Twice what it usually takes in a minute. */
    private static final Duration A_MINUTE = Duration.ofMillis(200);

    /**
     * The first ones have the compiler's work in them still, and whatever else slows the machine.
     */
    private static final int MINUTES = 4;

    @TempDir Path directory;

    private static ScriptedControlPlane secure() throws IOException {
        return ScriptedControlPlane.secure(
                ServerTls.of(AUTHORITY.issue(CertificateRequest.server()), AUTHORITY));
    }

    private PackagedDaemon.Options options(ScriptedControlPlane controlPlane) throws IOException {
        var options =
                PackagedDaemon.in(directory, controlPlane.url())
                        .with("--poll-interval", "60")
                        .with("--retry-interval", "30")
                        .with("--health-interval", "60");
        if (controlPlane.url().getScheme().equals("https")) {
            AUTHORITY
                    .issue(CertificateRequest.client(PackagedDaemon.MACHINE).withKey(1))
                    .write(directory, "client");
            options.with("--ca-cert", AUTHORITY.write(directory.resolve("ca.pem")).toString())
                    .with("--client-cert", directory.resolve("client.pem").toString())
                    .with("--client-key", directory.resolve("client-key.pem").toString());
        }
        return options;
    }

    @Test
    void pollsSoonAfterItsStart() throws Exception {
        assertPollsWithin(FIRST_POLL, ScriptedControlPlane.plain());
    }

    @Test
    void pollsSoonAfterItsStartOverMutualTls() throws Exception {
        assertPollsWithin(FIRST_POLL_OVER_TLS, secure());
    }

    private void assertPollsWithin(Duration limit, ScriptedControlPlane controlPlane)
            throws IOException {
        try (controlPlane) {
            var took = new ArrayList<Duration>();
            for (int start = 0; start < STARTS; start++) {
                took.add(processorTimeToFirstPoll(controlPlane));
            }

            assertThat(Collections.min(took)).as("of %s", took).isLessThan(limit);
        }
    }

    private Duration processorTimeToFirstPoll(ScriptedControlPlane controlPlane)
            throws IOException {
        long before = polls(controlPlane);
        try (var daemon = options(controlPlane).start()) {
            Await.until("it polls", Await.LIMIT, () -> polls(controlPlane) > before);
            return daemon.processorTime();
        }
    }

    private static long polls(ScriptedControlPlane controlPlane) {
        return controlPlane.requests().stream()
                .filter(request -> request.method().equals("GET"))
                .count();
    }

    @Test
    void takesLittleMemoryAndProcessorTime() throws Exception {
        assertSmall(ScriptedControlPlane.plain());
    }

    @Test
    void takesLittleMemoryAndProcessorTimeOverMutualTls() throws Exception {
        assertSmall(secure());
    }

    private void assertSmall(ScriptedControlPlane controlPlane) throws Exception {
        try (controlPlane;
                var daemon = options(controlPlane).start()) {
            Await.until(
                    "the start is over, and what it needed was handed back",
                    Await.LIMIT,
                    () ->
                            daemon.uptime().compareTo(START) > 0
                                    && daemon.residentBytes() < 80 * MIB);
            var took = new ArrayList<Duration>();
            do {
                Duration before = daemon.processorTime();
                List<Long> resident = residentWhileAMinutePasses(daemon);
                took.add(daemon.processorTime().minus(before));

                // A poll maps what it runs; that is gone again soon after.
                assertThat(resident.get(resident.size() / 2)).isLessThan(80 * MIB);
                assertThat(resident.getLast()).isLessThan(96 * MIB);
            } while (took.getLast().compareTo(A_MINUTE) >= 0 && took.size() < MINUTES);

            assertThat(Collections.min(took)).as("of %s", took).isLessThan(A_MINUTE);
        }
    }

    /** In order of size. */
    private static List<Long> residentWhileAMinutePasses(PackagedDaemon daemon) {
        var resident = new ArrayList<Long>();
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        Await.until(
                "a minute passes",
                Await.LIMIT,
                () -> {
                    resident.add(daemon.residentBytes());
                    return System.nanoTime() > end;
                });
        resident.sort(null);
        return resident;
    }
}
