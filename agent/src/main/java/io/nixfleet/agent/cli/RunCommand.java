package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.daemon.RunningAgent;
import io.nixfleet.agent.daemon.StartException;
import io.nixfleet.agent.fetch.SecretFile;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code nixfleet-agent run}: the daemon, which is also what no subcommand means. */
@Command(
        name = "run",
        customSynopsis = "nixfleet-agent run --control-plane-url URL --machine-id ID [OPTION]...",
        description =
                "Run the agent: poll the control plane, deploy, verify, report. An option whose"
                    + " variable is set need not be given; an empty variable counts as not set.",
        exitCodeList = {
            "1:broke down; a restart may help",
            "2:an option is wrong, or a file that it names: a restart cannot mend that",
            "10:another agent or program has the database, the socket or a port: a restart helps"
                    + " once that one has ended",
            "143:ended by SIGTERM"
        },
        footer = {
            "  nixfleet-agent run --control-plane-url https://fleet.example.com \\",
            "    --machine-id web-1 --cache-url https://cache.example.com",
            "  nixfleet-agent run --control-plane-url http://127.0.0.1:8080 \\",
            "    --allow-insecure --machine-id web-1 --dry-run --log-level debug"
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Mixin private RunOptions options = new RunOptions();

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return run(options, CommandOutput.of(spec, false));
    }

    static int run(RunOptions options, CommandOutput output) throws InterruptedException {
        AgentSettings settings;
        try {
            // First, since reading certificates may have something to say.
            Logging.configure(
                    options.logLevel(),
                    output.terminal().interactive() ? LogFormat.PLAIN : LogFormat.JSON,
                    System.err);
            settings = options.settings();
            for (Map.Entry<String, Path> secret : options.secretFiles().entrySet()) {
                SecretFile.warnOfOthers(secret.getKey(), secret.getValue(), LOG::warn);
            }
        } catch (UsageException e) {
            return output.fail(ExitCode.USAGE, e);
        } catch (IOException e) {
            return output.fail(
                    ExitCode.USAGE, new UsageException(String.valueOf(e.getMessage()), e));
        }
        try (var agent =
                RunningAgent.start(settings, Version.current(), RunningAgent.Time.SYSTEM)) {
            String what = agent.awaitBreakdown();
            return output.fail(ExitCode.UNEXPECTED, what + "; the log says more");
        } catch (StartException e) {
            return output.fail(
                    switch (e.kind()) {
                        case BROKEN -> ExitCode.UNEXPECTED;
                        case TAKEN -> ExitCode.TAKEN;
                        case LASTING -> ExitCode.USAGE;
                    },
                    e);
        }
    }
}
