package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.controlplane.OperatorClient;
import io.nixfleet.cli.controlplane.OperatorException;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.cli.view.LiveLines;
import io.nixfleet.cli.view.RolloutLines;
import io.nixfleet.cli.view.RolloutView;
import io.nixfleet.protocol.operator.Rollout;
import java.time.Duration;

/**
 * Follows a rollout until it is over, pauses, or the time is.
 *
 * @param limit how long
 */
record RolloutWait(OperatorClient client, String id, Duration limit, CommandOutput output) {
    private static final Duration PERIOD = Duration.ofSeconds(2);

    /** A control plane that starts again is no reason to give up. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Shows how it goes, and how it went. */
    ExitCode follow() throws CommandFailure, InterruptedException {
        Said<Rollout> last;
        try (var lines = LiveLines.of(output)) {
            last = awaitEnd(new RolloutLines(lines));
        } catch (OperatorException e) {
            throw new CommandFailure(
                    ExitCode.of(e),
                    "%s; rollout %s may go on: see 'nixfleet rollout status %s'"
                            .formatted(e.getMessage(), id, id));
        }
        output.print(new RolloutView(last, Paint.ofOutput()), false);
        Rollout rollout = last.message();
        if (rollout.completed()) {
            return ExitCode.OK;
        }
        if (!rollout.over() && !rollout.paused() && !output.json()) {
            output.warn(
                    "the rollout is not over after %s; it goes on: see 'nixfleet rollout status %s'"
                            .formatted(Units.duration(limit), id));
        }
        return ExitCode.NOT_DEPLOYED;
    }

    private Said<Rollout> awaitEnd(RolloutLines lines)
            throws OperatorException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        long heard = System.nanoTime();
        while (true) {
            try {
                Said<Rollout> now = client.rollout(id);
                heard = System.nanoTime();
                lines.show(now.message());
                boolean settled = now.message().over() || now.message().paused();
                if (settled || System.nanoTime() >= end) {
                    return now;
                }
            } catch (OperatorException e) {
                boolean passing = e.kind() == OperatorException.Kind.UNREACHABLE;
                if (!passing || System.nanoTime() - heard >= PATIENCE.toNanos()) {
                    throw e;
                }
            }
            Thread.sleep(PERIOD);
        }
    }
}
