package io.nixfleet.agent.cli;

import io.nixfleet.agent.api.AgentClient;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of the commands that ask a running agent. */
final class AgentOptions {
    static final String DEFAULT_SOCKET = "/run/nixfleet-agent/control.sock";
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);

    @Option(
            names = "--socket",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_SOCKET:-" + DEFAULT_SOCKET + "}",
            description =
                    "The agent's socket. Variable: NIXFLEET_SOCKET. Default: "
                            + DEFAULT_SOCKET
                            + ".")
    private String socket = DEFAULT_SOCKET;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    AgentClient client() {
        return new AgentClient(Path.of(socket.isEmpty() ? DEFAULT_SOCKET : socket), CALL_LIMIT);
    }
}
