package io.nixfleet.it.server;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** nginx, on loopback unless said otherwise, serving a folder and logging each request. */
public final class Nginx implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path directory;
    private final String scheme;
    private final InetSocketAddress address;

    private Nginx(Process process, Path directory, String scheme, InetSocketAddress address) {
        this.process = process;
        this.directory = directory;
        this.scheme = scheme;
        this.address = address;
    }

    public static Nginx serve(Path root) throws IOException {
        return serve(InetAddress.getLoopbackAddress(), root, "http", "", "");
    }

    /** For other machines, at one of this machine's addresses. */
    public static Nginx serveAt(InetAddress address, Path root) throws IOException {
        return serve(address, root, "http", "", "");
    }

    /** Like {@link #serveAt}, with so many bytes a second for each response. */
    public static Nginx serveSlowlyAt(InetAddress address, Path root, int bytesPerSecond)
            throws IOException {
        return serve(address, root, "http", "", "limit_rate %d;".formatted(bytesPerSecond));
    }

    /** Over TLS, with HTTP/2 for those who want it. */
    public static Nginx serveSecurely(Path root, ServerCertificate certificate) throws IOException {
        return serveSecurely(root, certificate, " ssl http2", "");
    }

    /** Over TLS, by HTTP/1.1. */
    public static Nginx serveByHttp1Securely(Path root, ServerCertificate certificate)
            throws IOException {
        return serveSecurely(root, certificate, " ssl", "");
    }

    /** Like {@link #serveSecurely}, and says so with this status of what is not there. */
    public static Nginx serveAbsent(Path root, int status, ServerCertificate certificate)
            throws IOException {
        return serveSecurely(
                root,
                certificate,
                " ssl http2",
                "error_page 404 =%1$d @absent; location @absent { return %1$d; }"
                        .formatted(status));
    }

    private static Nginx serveSecurely(
            Path root, ServerCertificate certificate, String listen, String more)
            throws IOException {
        return serve(
                InetAddress.getLoopbackAddress(),
                root,
                "https",
                listen,
                "ssl_certificate %s; ssl_certificate_key %s; %s"
                        .formatted(certificate.certificate(), certificate.key(), more));
    }

    private static Nginx serve(
            InetAddress host, Path root, String scheme, String listen, String more)
            throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-nginx-");
        var address = new InetSocketAddress(host, FreePort.next());
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(
                configuration,
                """
                worker_processes 1; daemon off; user root;
                pid %1$s/pid; error_log %1$s/error.log;
                events { worker_connections 1024; }
                http {
                  log_format plain '$request_method $uri $status $server_protocol';
                  access_log %1$s/access.log plain;
                  sendfile on; tcp_nopush on; keepalive_requests 100000;
                  server { listen %2$s%4$s; root %3$s; %5$s }
                }
                """
                        .formatted(directory, text(address), root, listen, more));
        Process process =
                new ProcessBuilder("nginx", "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        var nginx = new Nginx(process, directory, scheme, address);
        nginx.awaitListening();
        return nginx;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private void awaitListening() throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(address, 1000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(
                            "nginx does not listen: "
                                    + Files.readString(directory.resolve("output")),
                            e);
                }
                Thread.onSpinWait();
            }
        }
    }

    public URI uri() {
        return URI.create(scheme + "://" + text(address));
    }

    /** The requests so far, each {@code METHOD /path STATUS PROTOCOL}. */
    public List<String> requests() {
        try (Stream<String> lines = Files.lines(directory.resolve("access.log"))) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long narInfoRequests() {
        return requests().stream().filter(line -> line.contains(".narinfo ")).count();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}
