package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.CommandShape;
import io.nixfleet.agent.console.Interruption;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.nix.encoding.FormatException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line as a whole: subcommands, types, errors, interruption. */
@Command(
        name = CommandLines.NAME,
        customSynopsis = {
            "nixfleet-agent COMMAND [OPTION]... [ARGUMENT]...",
            "       nixfleet-agent --control-plane-url URL --machine-id ID [OPTION]..."
        },
        description =
                "The deploy agent of a NixOS fleet. Without a command it is the daemon, as 'run'.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeList = {
            "0:done",
            "1:unexpected: a fault of ours; the daemon: broke down",
            "2:an option is wrong, or a file that it names",
            "3 to 11:of a command: see its --help",
            "130:interrupted"
        },
        footer = {
            "  nixfleet-agent fetch --help",
            "  nixfleet-agent doctor",
            "  nixfleet-agent --control-plane-url https://fleet.example.com \\",
            "    --machine-id web-1"
        })
public final class CommandLines implements Callable<Integer> {
    static final String NAME = "nixfleet-agent";

    private static final CommandShape SHAPE = new CommandShape(NAME, CommandLines::goingOn);

    @Mixin private RunOptions daemonOptions = new RunOptions();

    @Spec @org.jspecify.annotations.Nullable CommandSpec spec;

    private CommandLines() {}

    /** Runs a command line and returns its exit code. */
    public static int run(String... args) {
        return Interruption.run(() -> execute(args));
    }

    private static Map<String, Supplier<Callable<Integer>>> subcommands() {
        var all = new LinkedHashMap<String, Supplier<Callable<Integer>>>();
        all.put("run", RunCommand::new);
        all.put("fetch", FetchCommand::new);
        all.put("plan", PlanCommand::new);
        all.put("try", TryCommand::new);
        all.put("status", StatusCommand::new);
        all.put("history", HistoryCommand::new);
        all.put("deploy", DeployCommand::new);
        all.put("retry", RetryCommand::new);
        all.put("doctor", DoctorCommand::new);
        all.put("rehearse", RehearseCommand::new);
        return all;
    }

    /** Runs a command line within this program. */
    static int execute(String... args) {
        return commandLine(args).execute(args);
    }

    /**
     * With all of its subcommands; the build makes the manual and the completions of shells of it.
     */
    public static CommandLine commandLine() {
        return commandLine(subcommands(), true);
    }

    /**
     * As much of it as these arguments take: what options a command has is read from its class, and
     * that of all commands takes longer than many a command itself.
     */
    private static CommandLine commandLine(String... args) {
        var subcommands = subcommands();
        List<String> named = Stream.of(args).filter(subcommands::containsKey).toList();
        if (named.size() == 1 && args[0].equals(named.getFirst())) {
            subcommands.keySet().retainAll(named);
            return commandLine(subcommands, false);
        }
        boolean daemon =
                named.isEmpty()
                        && args.length > 0
                        && args[0].startsWith("-")
                        && Stream.of(args).noneMatch(CommandLines::asksForHelp);
        return commandLine(daemon ? Map.of() : subcommands, true);
    }

    private static boolean asksForHelp(String argument) {
        return argument.equals("-h") || argument.equals("--help");
    }

    private static CommandLine commandLine(
            Map<String, Supplier<Callable<Integer>>> subcommands, boolean daemon) {
        var commandLine =
                daemon
                        ? new CommandLine(new CommandLines())
                        : new CommandLine(CommandSpec.create().name(NAME));
        subcommands.forEach(
                (name, subcommand) ->
                        commandLine.addSubcommand(name, CommandShape.subcommand(subcommand.get())));
        if (daemon) {
            CommandShape.headings(commandLine.getCommandSpec().usageMessage());
        }
        return SHAPE.shape(commandLine).registerConverter(Action.class, CommandLines::action);
    }

    private static Action action(String word) {
        return Action.of(word)
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        FormatException.excerpt(word)
                                                + " is none of switch, boot, test, dry-activate"));
    }

    private static Optional<String> goingOn(Object command) {
        // The daemon's own log has said that it stops.
        return command instanceof CommandLines || command instanceof RunCommand
                ? Optional.empty()
                : Optional.of("run again to go on from here");
    }

    /** No subcommand: the daemon, since units in the field start it so. */
    @Override
    public Integer call() throws InterruptedException {
        return RunCommand.run(daemonOptions, CommandOutput.of(spec, false));
    }
}
