package io.nixfleet.it.simulation;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** One run: all agents start at once, then the control plane is killed, and comes back. */
final class Simulation {
    private static final Duration LIMIT = Duration.ofMinutes(8);

    /** Garbage goes back to the kernel at a collection, so that RSS follows what lives. */
    private static final List<String> FLEET_JVM =
            List.of(
                    "-Xmx4g",
                    "-XX:+UseSerialGC",
                    "-XX:MinHeapFreeRatio=5",
                    "-XX:MaxHeapFreeRatio=10",
                    // A transaction of SQLite holds the thread that it runs on.
                    "-Djdk.virtualThreadScheduler.parallelism=8",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private static final List<String> CONTROL_PLANE_JVM = List.of("-Xmx2g", "-XX:+UseSerialGC");

    private final SimulationPlan plan;
    private final Path directory;
    private final Path certificates;
    private int lives;
    private int port;

    private Simulation(SimulationPlan plan, Path directory) throws IOException {
        this.plan = plan;
        this.directory = directory;
        this.certificates = Files.createDirectories(directory.resolve("tls"));
    }

    /**
     * Runs it all.
     *
     * @param directory empty, best in memory: databases wait for their disk after each change
     */
    static Observations run(SimulationPlan plan, Path directory)
            throws IOException, InterruptedException {
        return new Simulation(plan, directory).run();
    }

    private Observations run() throws IOException, InterruptedException {
        if (plan.secure()) {
            makeCertificates();
        }
        JavaProcess controlPlane = startControlPlane();
        try (JavaProcess fleet = startFleet()) {
            ask(fleet, "warm");
            Observations.Memory before = memory(fleet);
            ask(fleet, "prepare");
            long started = Long.parseLong(ask(fleet, "start")[1]);
            long settled = Long.parseLong(ask(fleet, "settle")[1]);
            sleepUntil(settled, plan.steady());
            Observations.Memory then = memory(fleet);
            long killed = now();
            controlPlane.close();
            Thread.sleep(plan.real(plan.away()));
            controlPlane = startControlPlane();
            long back = now();
            long resettled = Long.parseLong(ask(fleet, "resettle")[1]);
            sleepUntil(resettled, plan.after());
            long end = now();
            ask(fleet, "end");
            return new Observations(
                    plan,
                    new Observations.Moments(started, settled, killed, back, resettled, end),
                    before,
                    then,
                    JournalFile.read(journal(1)),
                    JournalFile.read(journal(2)),
                    Outbox.readAll(directory.resolve("outboxes")));
        } finally {
            controlPlane.close();
        }
    }

    private void makeCertificates() throws IOException {
        TestAuthority authority = TestAuthority.create("simulated fleet's authority");
        authority.write(certificates.resolve("ca.pem"));
        authority.issue(CertificateRequest.server()).write(certificates, "server");
        for (int i = 0; i < plan.agents(); i++) {
            issue(authority, SimulationPlan.machine(i));
        }
        for (int i = 0; i < SimulationPlan.WARMERS; i++) {
            issue(authority, SimulationPlan.warmer(i));
        }
    }

    private void issue(TestAuthority authority, String machine) throws IOException {
        authority.issue(CertificateRequest.client(machine).withKey(1)).write(certificates, machine);
    }

    private Path journal(int life) {
        return directory.resolve("journal-" + life);
    }

    private JavaProcess startControlPlane() throws IOException {
        lives++;
        var arguments =
                new ArrayList<>(
                        List.of(
                                "--port",
                                String.valueOf(port),
                                "--journal",
                                journal(lives).toString()));
        if (plan.secure()) {
            arguments.addAll(List.of("--tls", certificates.toString()));
        }
        var process =
                JavaProcess.start(
                        directory.resolve("control-plane-" + lives),
                        CONTROL_PLANE_JVM,
                        ControlPlaneProcess.class.getName(),
                        arguments);
        boolean listening = false;
        try {
            port = Integer.parseInt(process.awaitLine(LIMIT)[1].replace("port=", ""));
            listening = true;
        } finally {
            if (!listening) {
                process.close();
            }
        }
        return process;
    }

    private JavaProcess startFleet() throws IOException {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "%s://localhost:%d"
                                        .formatted(plan.secure() ? "https" : "http", port),
                                String.valueOf(plan.agents()),
                                String.valueOf(plan.factor()),
                                directory.toString()));
        if (plan.secure()) {
            arguments.add(certificates.toString());
        }
        return JavaProcess.start(
                directory.resolve("fleet"), FLEET_JVM, FleetProcess.class.getName(), arguments);
    }

    private static String[] ask(JavaProcess fleet, String command) throws IOException {
        fleet.say(command);
        return fleet.awaitLine(LIMIT);
    }

    private static Observations.Memory memory(JavaProcess fleet) throws IOException {
        String[] words = ask(fleet, "memory");
        return new Observations.Memory(Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    private void sleepUntil(long sinceMicros, Duration agentsTime) throws InterruptedException {
        long micros = sinceMicros + plan.real(agentsTime).toNanos() / 1000 - now();
        Thread.sleep(Duration.of(Math.max(0, micros), ChronoUnit.MICROS));
    }

    private static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
