import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A control plane for the training run of who asks one: whatever the request, it says that there is
 * one release. Beside the {@link RehearsalCertificates}, by which it is known, it writes an API key
 * and the settings of a fleet.
 */
final class RehearsalControlPlane implements AutoCloseable {
    private static final char[] PASSWORD = RehearsalCertificates.PASSWORD.toCharArray();
    private static final String RELEASES =
            """
            [{"id": "rel-1", "flake_ref": ".", "flake_rev": "%s", "cache_url": "http://cache:5000",
              "created_at": "2026-01-01T00:00:00Z", "created_by": "rehearsal", "host_count": 1,
              "entries": [{"hostname": "web", "platform": "x86_64-linux", "tags": ["web"],
                           "store_path": "/nix/store/%s-nixos-system-web"}]}]
            """
                    .formatted("0".repeat(40), "0".repeat(32));

    private final SSLServerSocket server;

    private RehearsalControlPlane(SSLServerSocket server) {
        this.server = server;
    }

    /** Listens on this machine, with the certificates of a folder. */
    static RehearsalControlPlane start(Path folder) throws IOException, GeneralSecurityException {
        Files.writeString(folder.resolve("api-key"), "rehearsal");
        Files.writeString(folder.resolve("nixfleet.toml"), "[deploy]\nstrategy = \"canary\"\n");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("server.p12"))) {
            store.load(in, PASSWORD);
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        var server =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        var controlPlane = new RehearsalControlPlane(server);
        Thread.ofVirtual().start(controlPlane::serve);
        return controlPlane;
    }

    String url() {
        return "https://localhost:" + server.getLocalPort();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                answer(client);
            } catch (IOException e) {
                if (!server.isClosed()) {
                    System.err.println("control plane of the training run: " + e);
                }
            }
        }
    }

    private static void answer(Socket client) throws IOException {
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        for (String line = in.readLine(); line != null && !line.isEmpty(); ) {
            line = in.readLine();
        }
        String head =
                """
                HTTP/1.1 200 OK\r
                Content-Type: application/json\r
                Content-Length: %d\r
                Connection: close\r
                \r
                """;
        client.getOutputStream()
                .write((head.formatted(RELEASES.length()) + RELEASES).getBytes(UTF_8));
        client.getOutputStream().flush();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
