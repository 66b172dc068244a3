package io.nixfleet.agent.cli;

import io.nixfleet.agent.daemon.RunningAgent;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import io.nixfleet.agent.time.QuickClock;
import io.nixfleet.agent.time.QuickTicks;
import java.util.Arrays;
import org.slf4j.event.Level;
import picocli.CommandLine;

/**
 * The daemon as it is, but for its time, which passes faster: {@code QuickAgent FACTOR OPTION...}.
 * What waits for other machines, such as the 30 s of a call, takes as long as ever.
 */
public final class QuickAgent {
    private QuickAgent() {}

    public static void main(String[] args) throws InterruptedException {
        Logging.silenceLibraries();
        Logging.configure(Level.INFO, LogFormat.JSON, System.err);
        int factor = Integer.parseInt(args[0]);
        var options = new RunOptions();
        new CommandLine(options).parseArgs(Arrays.copyOfRange(args, 1, args.length));
        var time = new RunningAgent.Time(new QuickTicks(factor), new QuickClock(factor));
        try (var agent = RunningAgent.start(options.settings(), Version.current(), time)) {
            System.err.println(agent.awaitBreakdown());
            System.exit(1);
        }
    }
}
