package io.nixfleet.agent.cli;

import io.nixfleet.agent.daemon.RunningAgent;
import io.nixfleet.agent.daemon.StartException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nixfleet-agent run}: the daemon, which is also what no subcommand means. */
@Command(
        name = "run",
        description = "Run the agent: poll the control plane, deploy, verify, report.",
        footer = {
            "",
            "Exit codes: 1 broke down (a restart may help), 2 wrong options, unreadable files:",
            "what a restart cannot mend, 143 ended by SIGTERM."
        })
final class RunCommand implements Callable<Integer> {
    @Mixin RunOptions options = new RunOptions();

    @picocli.CommandLine.Spec
    picocli.CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        return run(options, CommandOutput.of(spec, false));
    }

    static int run(RunOptions options, CommandOutput output) throws InterruptedException {
        try (var agent =
                RunningAgent.start(
                        options.settings(), options.logLevel(), output.terminal(), Version.current())) {
            agent.awaitBreakdown();
            return ExitCode.UNEXPECTED.code();
        } catch (UsageException e) {
            return output.fail(ExitCode.USAGE, e);
        } catch (StartException e) {
            return output.fail(
                    e.restartMayHelp() ? ExitCode.UNEXPECTED : ExitCode.USAGE, e);
        }
    }
}
