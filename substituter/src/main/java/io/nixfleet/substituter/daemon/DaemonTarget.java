package io.nixfleet.substituter.daemon;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a Nix daemon is, or how one is started. */
public sealed interface DaemonTarget {
    /** The target for people, as error messages have it. */
    String describe();

    /** A daemon that listens on a Unix socket. */
    record Socket(Path path) implements DaemonTarget {
        @Override
        public String describe() {
            return "the Nix daemon at " + path;
        }
    }

    /**
     * A daemon of our own for each connection, which speaks over its standard input and output.
     *
     * @param command the {@code nix-daemon} program, with anything that must stand before it; to it
     *     {@code --stdio} and the store are added
     * @param storeUri the store to serve ({@code /dir}, {@code local?root=/dir}, …); without one
     *     Nix chooses as it does by default
     * @param environment variables to set in addition to our own
     */
    record Stdio(List<String> command, Optional<String> storeUri, Map<String, String> environment)
            implements DaemonTarget {
        public Stdio {
            if (command.isEmpty()) {
                throw new IllegalArgumentException("the command of a daemon is empty");
            }
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }

        /** The whole command line. */
        List<String> arguments() {
            var arguments = new ArrayList<>(command);
            arguments.add("--stdio");
            storeUri.ifPresent(
                    uri -> {
                        arguments.add("--store");
                        arguments.add(uri);
                    });
            return List.copyOf(arguments);
        }

        @Override
        public String describe() {
            return "'" + String.join(" ", arguments()) + "'";
        }
    }
}
