package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.controlplane.OperatorException;
import io.nixfleet.nix.encoding.FormatException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common: how they begin, and how they fail. */
abstract class OperatorCommand implements Callable<Integer> {
    @Mixin private ConnectionFlags connection = new ConnectionFlags();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public final Integer call() throws InterruptedException {
        var output = CommandOutput.of(spec, json);
        try (var setup = Setup.open(connection, output)) {
            return run(setup, output).code();
        } catch (CommandFailure e) {
            return output.fail(e.exit(), e);
        } catch (OperatorException e) {
            return output.fail(ExitCode.of(e), e);
        } catch (UsageException | FormatException | IOException e) {
            return output.fail(ExitCode.USAGE, e);
        }
    }

    /** What whoever interrupts it is told of going on. */
    String goingOn() {
        return "run again to see it";
    }

    /** Does it, and prints what there is to say. */
    abstract ExitCode run(Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException;
}
