package io.nixfleet.agent.endpoint;

import io.nixfleet.agent.deploy.DeployRequest;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Takes deploy events and the questions of local commands at a Unix socket. Its mode is 0600: root
 * and the agent's own user may connect, nobody else.
 */
public final class LocalSocket implements AutoCloseable {
    /**
     * Where the socket is bound: nobody can connect before it has its mode, whatever the umask, as
     * nobody else may enter. A fixed name, so that what a killed agent left is found again.
     */
    private static final String PRIVATE_DIRECTORY = ".bind";

    private final EndpointServer server;
    private final Path path;

    private LocalSocket(EndpointServer server, Path path) {
        this.server = server;
        this.path = path;
    }

    /**
     * Listens at {@code path}; its directory is made if need be, with mode 0755, and a socket that
     * a former agent left is replaced.
     *
     * @throws IOException when that fails, or when another agent listens there
     */
    public static LocalSocket open(Vertx vertx, Path path, DeployEndpoints endpoints)
            throws IOException, InterruptedException {
        Path socket = path.toAbsolutePath().normalize();
        Path directory = socket.getParent();
        if (directory == null) {
            throw new IOException("%s cannot be a socket".formatted(socket));
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        refuseAnythingAlive(socket);
        Path hidden = directory.resolve(PRIVATE_DIRECTORY);
        Files.createDirectories(hidden);
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwx------"));
        Path bound = hidden.resolve("s");
        Files.deleteIfExists(bound);
        var server =
                EndpointServer.open(
                        vertx,
                        SocketAddress.domainSocketAddress(bound.toString()),
                        endpoints.routes(DeployRequest.Source.OPERATOR),
                        Gatekeeper.OPEN,
                        ServerLimits.DEFAULT,
                        Optional.empty());
        try {
            Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
            Files.move(bound, socket, StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(hidden);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return new LocalSocket(server, socket);
    }

    private static void refuseAnythingAlive(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(socket)) {
            throw new IOException(
                    "%s is there and is no socket: remove it, or choose another path"
                            .formatted(socket));
        }
        if (answers(socket)) {
            throw new IOException(
                    "another agent listens at %s: stop it, or choose another path"
                            .formatted(socket));
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private static boolean answers(Path socket) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false);
            // Unfinished means that so many wait already: somebody listens there.
            channel.connect(UnixDomainSocketAddress.of(socket));
            return true;
        } catch (ConnectException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // The next agent replaces it.
        }
        server.close();
    }
}
