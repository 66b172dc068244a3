package io.nixfleet.cli.nix;

import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.CommandTimeoutException;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.cli.settings.ApiKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The Nix on the PATH. Its commands are ended when their time is over, or their caller is
 * interrupted.
 *
 * @param runner starts its commands
 * @param environment added to our own for them
 */
public record Nix(ProcessRunner runner, Map<String, String> environment) {
    /** No stock nix.conf has them. */
    private static final List<String> FEATURES =
            List.of("--extra-experimental-features", "nix-command flakes");

    private static final int ANSWER_KEPT = 64 << 20;

    public Nix {
        environment = Map.copyOf(environment);
    }

    /** A command of {@code nix} itself. */
    public static List<String> command(String... words) {
        var command = new ArrayList<String>();
        command.add("nix");
        command.addAll(FEATURES);
        command.addAll(List.of(words));
        return command;
    }

    /**
     * Asks for something that it prints.
     *
     * @param what is asked for, for messages
     * @return its standard output
     * @throws NixException when it fails, or takes longer than the limit
     */
    public String ask(String what, List<String> words, Duration limit)
            throws NixException, InterruptedException {
        var command =
                Command.of(words).within(limit).keeping(Command.OutputLimit.head(ANSWER_KEPT));
        ProcessRunner.Result result = run(what, command, new LastLines());
        if (result.exitCode() != 0) {
            throw new NixException(what, result.ending(), result.stderr());
        }
        return result.stdout();
    }

    /**
     * Has something done that takes its time.
     *
     * @param what is done, for messages
     * @param silence after how long without output it is taken for stuck
     * @param lines hears what it prints meanwhile
     * @throws NixException when it fails, takes longer than the limit or is stuck
     */
    public void work(
            String what,
            List<String> words,
            Duration limit,
            Duration silence,
            Consumer<String> lines)
            throws NixException, InterruptedException {
        var last = new LastLines();
        var command =
                Command.of(words)
                        .within(limit)
                        .keeping(Command.OutputLimit.tail(0))
                        .heard(new Command.Attention(last.andThen(lines), silence));
        ProcessRunner.Result result = run(what, command, last);
        if (result.exitCode() != 0) {
            throw new NixException(what, result.ending(), last.toString());
        }
    }

    private ProcessRunner.Result run(String what, Command command, LastLines last)
            throws NixException, InterruptedException {
        var variables = new HashMap<>(System.getenv());
        // Neither builders nor hooks, nor what they start, shall find it.
        variables.remove(ApiKeys.VARIABLE);
        variables.putAll(environment);
        try {
            return runner.run(command.with(new Command.Environment.Replaced(variables)));
        } catch (CommandTimeoutException e) {
            throw new NixException(
                    what, String.valueOf(e.getMessage()), e.stderr() + last.toString());
        } catch (IOException e) {
            throw new NixException(what, String.valueOf(e.getMessage()), "");
        }
    }
}
