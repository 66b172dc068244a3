package io.nixfleet.agent.health;

import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.CommandTimeoutException;
import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Asks systemd, and commands of the operator's. */
final class CommandProbe {
    private static final Duration SYSTEMD_LIMIT = Duration.ofSeconds(10);
    private static final Command.OutputLimit OUTPUT = Command.OutputLimit.tail(4096);

    private final ProcessRunner runner;
    private final Command.Environment environment;

    CommandProbe(ProcessRunner runner, Map<String, String> environment) {
        this.runner = runner;
        this.environment = new Command.Environment.Replaced(environment);
    }

    Optional<String> problem(Check.Unit check) throws InterruptedException {
        return systemctl("unit state: ", List.of("active"), "is-active", "--", check.unit());
    }

    Optional<String> problem(Check.SystemRunning check) throws InterruptedException {
        return systemctl("system state: ", List.of("running", "degraded"), "is-system-running");
    }

    private Optional<String> systemctl(String what, List<String> healthy, String... arguments)
            throws InterruptedException {
        var words = new ArrayList<String>();
        words.add("systemctl");
        words.addAll(List.of(arguments));
        try {
            ProcessRunner.Result answer = run(words, SYSTEMD_LIMIT);
            String state = answer.stdout().strip();
            if (healthy.contains(state)) {
                return Optional.empty();
            }
            return Optional.of(what + Excerpt.of(state.isEmpty() ? answer.stderr() : state));
        } catch (IOException e) {
            return Optional.of("failed to run systemctl: " + Excerpt.of(text(e)));
        }
    }

    Optional<String> problem(Check.ShellCommand check) throws InterruptedException {
        try {
            ProcessRunner.Result ended =
                    run(List.of("/bin/sh", "-c", check.command()), check.timeout());
            return ended.exitCode() == 0
                    ? Optional.empty()
                    : Optional.of(ended.ending() + said(output(ended.stdout(), ended.stderr())));
        } catch (CommandTimeoutException e) {
            return Optional.of(
                    "timed out after %d s".formatted(e.limit().toSeconds())
                            + said(output(e.stdout(), e.stderr())));
        } catch (IOException e) {
            return Optional.of("failed to run command: " + Excerpt.of(text(e)));
        }
    }

    private ProcessRunner.Result run(List<String> words, Duration limit)
            throws IOException, InterruptedException {
        return runner.run(Command.of(words).with(environment).within(limit).keeping(OUTPUT));
    }

    private static String output(String stdout, String stderr) {
        return stderr.isBlank() ? stdout : stderr;
    }

    private static String said(String output) {
        return output.isBlank() ? "" : ": " + Excerpt.of(output);
    }

    private static String text(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
