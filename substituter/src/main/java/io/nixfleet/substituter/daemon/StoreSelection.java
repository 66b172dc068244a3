package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --store} may say, for stores behind a daemon:
 *
 * <ul>
 *   <li>{@code auto}: the daemon's socket if there is one, else a daemon of our own for the store
 *       that Nix chooses by default
 *   <li>{@code daemon}: the socket, {@code $NIX_DAEMON_SOCKET_PATH} or the usual one
 *   <li>{@code unix:///path}: the socket at that path
 *   <li>{@code /dir} or {@code local?root=/dir}: a chroot store, by a daemon of our own; {@code
 *       local}, with any of Nix's parameters, likewise
 * </ul>
 *
 * @param daemonCommand how to start {@code nix-daemon}; usually just its name
 * @param environment the process's environment, to look variables up in
 */
public record StoreSelection(List<String> daemonCommand, Map<String, String> environment) {
    private static final String SOCKET_VARIABLE = "NIX_DAEMON_SOCKET_PATH";
    private static final String DEFAULT_SOCKET = "/nix/var/nix/daemon-socket/socket";
    private static final String UNIX = "unix://";

    public StoreSelection {
        daemonCommand = List.copyOf(daemonCommand);
        environment = Map.copyOf(environment);
    }

    /** With {@code nix-daemon} from the {@code PATH} and this process's environment. */
    public static StoreSelection ofSystem() {
        return new StoreSelection(List.of("nix-daemon"), System.getenv());
    }

    /**
     * Finds the daemon for the text.
     *
     * @throws FormatException for anything else than what is listed above
     */
    public DaemonTarget parse(String text) {
        if (text.equals("auto")) {
            Path socket = defaultSocket();
            return Files.exists(socket)
                    ? new DaemonTarget.Socket(socket)
                    : ownDaemon(Optional.empty());
        }
        if (text.equals("daemon") || text.equals(UNIX)) {
            return new DaemonTarget.Socket(defaultSocket());
        }
        if (text.startsWith(UNIX + "/") && text.indexOf('?') < 0) {
            return new DaemonTarget.Socket(Path.of(text.substring(UNIX.length())));
        }
        if (text.startsWith("/") || text.equals("local") || text.startsWith("local?")) {
            return ownDaemon(Optional.of(text));
        }
        throw new FormatException(
                "%s is not a store that can be imported into; use auto, daemon, unix:///socket, /directory or local?root=/directory"
                        .formatted(FormatException.excerpt(text)));
    }

    /** How Nix's own commands name the same store; empty when it is the one that they choose. */
    public static Optional<String> nixName(String text) {
        return text.equals("auto") ? Optional.empty() : Optional.of(text);
    }

    /** Where the files of the store lie that {@code --store} names, as far as the text tells. */
    public static Path files(String text) {
        if (text.startsWith("/")) {
            return below(text);
        }
        if (text.startsWith("local?")) {
            for (String parameter : text.substring("local?".length()).split("&", -1)) {
                if (parameter.startsWith("root=/")) {
                    return below(parameter.substring("root=".length()));
                }
            }
        }
        return Path.of(StoreDir.NIX_STORE.path());
    }

    private static Path below(String root) {
        return Path.of(root, StoreDir.NIX_STORE.path());
    }

    private Path defaultSocket() {
        String configured = environment.getOrDefault(SOCKET_VARIABLE, "");
        return Path.of(configured.isEmpty() ? DEFAULT_SOCKET : configured);
    }

    private DaemonTarget ownDaemon(Optional<String> storeUri) {
        return new DaemonTarget.Stdio(daemonCommand, storeUri, Map.of());
    }
}
