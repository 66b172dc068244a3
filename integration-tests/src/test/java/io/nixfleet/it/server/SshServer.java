package io.nixfleet.it.server;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's sshd on loopback, into which one key logs in as root; closing it ends it. */
public final class SshServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path directory;
    private final int port;

    private SshServer(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    public static SshServer start() throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-ssh-");
        // sshd wants it, and Debian's service makes it.
        Files.createDirectories(
                Path.of("/run/sshd"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        for (String key : List.of("host", "client")) {
            Commands.run(
                    List.of(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ed25519",
                            "-N",
                            "",
                            "-f",
                            directory.resolve(key).toString()));
        }
        int port = FreePort.next();
        Path configuration = directory.resolve("sshd_config");
        Files.writeString(
                configuration,
                """
                ListenAddress 127.0.0.1:%2$d
                HostKey %1$s/host
                PidFile none
                AuthorizedKeysFile %1$s/client.pub
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                StrictModes no
                UsePAM no
                """
                        .formatted(directory, port));
        Process process =
                new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        var server = new SshServer(process, directory, port);
        server.awaitListening();
        return server;
    }

    private void awaitListening() throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(
                            "sshd does not listen: "
                                    + Files.readString(directory.resolve("output")),
                            e);
                }
                Thread.onSpinWait();
            }
        }
    }

    /** The user and host of its URLs. */
    public String authority() {
        return "root@127.0.0.1";
    }

    /** What {@code NIX_SSHOPTS} must say to get in. */
    public String options() {
        return "-p %d -i %s -o IdentitiesOnly=yes -o UserKnownHostsFile=%s -o StrictHostKeyChecking=accept-new"
                .formatted(port, directory.resolve("client"), directory.resolve("known_hosts"));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
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
