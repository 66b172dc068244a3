package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A scripted control plane of its own, until it is killed.
 *
 * <pre>
 * --port N        of the control plane, 0 for any
 * --admin-port N  of the {@link AdminServer}, 0 for any
 * --bind ADDRESS  where both listen, else 127.0.0.1
 * --tls DIR       TLS by server.pem, server-key.pem and ca.pem; made there if ca.pem is not
 * --host NAME     for certificates to be made: a name of the server besides localhost
 * --client ID     for certificates to be made: ID.pem and ID-key.pem for a machine or operator
 * --api-key KEY   that operators must show, else none
 * --judge-millis N  how often rollouts are judged, else 2000
 * --poll-hint N   for machines in a rollout, in seconds, else 5
 * --journal FILE  what comes in, appended to it as it does: see {@link Journal}
 * </pre>
 *
 * Prints one line once it listens: {@code listening port=N admin=N}.
 */
final class StandaloneProcess {
    private int port;
    private int adminPort;
    private String bind = "127.0.0.1";
    private @Nullable Path tls;
    private @Nullable String apiKey;
    private @Nullable Duration judgePeriod;
    private @Nullable Duration pollHint;
    private @Nullable Path journal;
    private final List<String> hosts = new ArrayList<>(List.of("localhost", "127.0.0.1"));
    private final List<String> clients = new ArrayList<>();

    private StandaloneProcess(String[] args) {
        if (args.length % 2 != 0) {
            throw new IllegalArgumentException("every option has a value: " + List.of(args));
        }
        for (int i = 0; i < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--port" -> port = Integer.parseInt(value);
                case "--admin-port" -> adminPort = Integer.parseInt(value);
                case "--bind" -> bind = value;
                case "--tls" -> tls = Path.of(value);
                case "--host" -> hosts.add(value);
                case "--client" -> clients.add(value);
                case "--api-key" -> apiKey = value;
                case "--judge-millis" -> judgePeriod = Duration.ofMillis(Long.parseLong(value));
                case "--poll-hint" -> pollHint = Duration.ofSeconds(Long.parseLong(value));
                case "--journal" -> journal = Path.of(value);
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
    }

    static void run(String[] args) throws IOException, InterruptedException {
        var process = new StandaloneProcess(args);
        try (var controlPlane = process.controlPlane();
                var admin =
                        new AdminServer(
                                new InetSocketAddress(process.bind, process.adminPort),
                                controlPlane)) {
            System.out.printf("listening port=%d admin=%d%n", controlPlane.port(), admin.port());
            new CountDownLatch(1).await();
        }
    }

    private ScriptedControlPlane controlPlane() throws IOException {
        ServerTls serverTls = null;
        if (tls != null) {
            if (!Files.exists(tls.resolve("ca.pem"))) {
                makeCertificates(tls);
            }
            serverTls = ServerTls.read(tls);
        }
        var controlPlane = ScriptedControlPlane.at(new InetSocketAddress(bind, port), serverTls);
        if (apiKey != null) {
            controlPlane.demandKey(apiKey);
        }
        if (judgePeriod != null) {
            controlPlane.judgeEvery(judgePeriod);
        }
        if (pollHint != null) {
            controlPlane.fleet().pollHint(pollHint);
        }
        if (journal != null) {
            controlPlane.keep(Journal.appendingTo(journal));
        }
        return controlPlane;
    }

    private void makeCertificates(Path directory) throws IOException {
        Files.createDirectories(directory);
        TestAuthority authority = TestAuthority.create("scripted control plane's authority");
        authority
                .issue(CertificateRequest.server().withHosts(hosts.toArray(String[]::new)))
                .write(directory, "server");
        for (String client : clients) {
            authority.issue(CertificateRequest.client(client).withKey(1)).write(directory, client);
        }
        // Last: it says that all is there.
        authority.write(directory.resolve("ca.pem"));
    }
}
