package io.nixfleet.agent.cli;

import io.nixfleet.agent.heap.IdleMemory;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.agent.tryout.SampleControlPlane;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The daemon as units start it, against a control plane in this process: polls, a deployment that
 * fails for want of a store, reports, and what operators ask of it. With {@code --dry-run}, so that
 * the host of a build stays as it is.
 *
 * @param work for its state and socket
 * @param certificates of {@code server}, {@code client} and {@code ca}; none: plain HTTP
 */
record DaemonRehearsal(Path work, Optional<Path> certificates) {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The second poll of a run uses the connection of the first. */
    private static final int POLLS = 2;

    /** Of the start and of the host's health. */
    private static final int REPORTS = 2;

    private static final String DESIRED =
            """
            {"hash": "/nix/store/00000000000000000000000000000000-nixos-system-rehearsal", \
            "cache_url": "http://localhost:1/", "poll_hint": 1}
            """;

    void run() throws IOException, InterruptedException {
        var tls = certificates.map(folder -> paths(folder, "server"));
        try (var controlPlane =
                new SampleControlPlane(
                        tls.isEmpty()
                                ? Optional.empty()
                                : Optional.of(TlsFiles.open(tls.get()).current()),
                        DESIRED,
                        POLLS,
                        REPORTS)) {
            int metricsPort = freePort();
            String[] arguments =
                    arguments(controlPlane.uri().toString(), metricsPort).toArray(String[]::new);
            Thread daemon =
                    Thread.ofPlatform()
                            .name("rehearsal")
                            .start(() -> CommandLines.execute(arguments));
            boolean called = controlPlane.awaitCalls();
            ask("status");
            ask("history");
            scrape(metricsPort);
            IdleMemory.release();
            daemon.interrupt();
            if (!called || !daemon.join(LIMIT)) {
                throw new IOException("the daemon did not call, or did not end");
            }
        }
    }

    private List<String> arguments(String url, int metricsPort) {
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of("--control-plane-url", url, "--machine-id", "rehearsal"));
        arguments.addAll(List.of("--dry-run", "--store", "unix://" + work.resolve("no-daemon")));
        arguments.addAll(List.of("--db-path", work.resolve("state.db").toString()));
        arguments.addAll(List.of("--socket", socket(), "--poll-interval", "1"));
        arguments.addAll(List.of("--metrics-port", Integer.toString(metricsPort)));
        if (certificates.isPresent()) {
            Path folder = certificates.get();
            arguments.addAll(List.of("--ca-cert", folder.resolve("ca.pem").toString()));
            arguments.addAll(List.of("--client-cert", folder.resolve("client.pem").toString()));
            arguments.addAll(List.of("--client-key", folder.resolve("client-key.pem").toString()));
        } else {
            arguments.add("--allow-insecure");
        }
        return arguments;
    }

    private String socket() {
        return work.resolve("control.sock").toString();
    }

    private void ask(String command) throws IOException {
        int exit = CommandLines.execute(command, "--socket", socket());
        if (exit != ExitCode.OK.code()) {
            throw new IOException("`%s` ended with %d".formatted(command, exit));
        }
    }

    private static void scrape(int port) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            client.getOutputStream()
                    .write(
                            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static TlsPaths paths(Path folder, String name) {
        return new TlsPaths(
                Optional.of(folder.resolve("ca.pem")),
                Optional.of(folder.resolve(name + ".pem")),
                Optional.of(folder.resolve(name + "-key.pem")));
    }
}
