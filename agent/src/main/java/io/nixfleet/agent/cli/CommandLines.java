package io.nixfleet.agent.cli;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line as a whole: subcommands, types, errors, interruption. */
@Command(
        name = "nixfleet-agent",
        description = "The deploy agent of a NixOS fleet.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "[COMMAND]",
        subcommands = {
            RunCommand.class,
            FetchCommand.class,
            PlanCommand.class,
            TryCommand.class,
            StatusCommand.class,
            HistoryCommand.class,
            DeployCommand.class,
            RetryCommand.class,
            RehearseCommand.class
        })
public final class CommandLines implements Callable<Integer> {
    private static final int INTERRUPTED = 130;
    private static final Duration GRACE = Duration.ofSeconds(4);

    @Mixin private RunOptions daemonOptions = new RunOptions();

    @Spec @org.jspecify.annotations.Nullable CommandSpec spec;

    private CommandLines() {}

    /** Runs a command line and returns its exit code. */
    public static int run(String... args) {
        Thread worker = Thread.currentThread();
        var ended = new CountDownLatch(1);
        Thread interrupter =
                new Thread(() -> interruptAndAwait(worker, ended), "nixfleet-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupter);
        int code;
        try {
            code = commandLine().execute(args);
        } finally {
            ended.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(interrupter);
            return code;
        } catch (IllegalStateException _) {
            // A signal ended us: the exit code is the JVM's, 128 and the signal's number.
            return INTERRUPTED;
        }
    }

    static CommandLine commandLine() {
        var ansi = System.getenv().getOrDefault("NO_COLOR", "").isEmpty() ? Ansi.AUTO : Ansi.OFF;
        var commandLine = new CommandLine(new CommandLines());
        for (CommandLine command : commandLine.getSubcommands().values()) {
            command.getCommandSpec().addOption(help());
        }
        return commandLine
                .registerConverter(StorePath.class, CommandLines::storePath)
                .registerConverter(URI.class, CommandLines::url)
                .registerConverter(Action.class, CommandLines::action)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((wrong, _) -> wrongUsage(wrong))
                .setExecutionExceptionHandler(CommandLines::unexpected);
    }

    /** For each subcommand: the errors of all of them point to it. */
    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build();
    }

    private static StorePath storePath(String text) {
        try {
            return StorePath.parse(StoreDir.NIX_STORE, text);
        } catch (FormatException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static URI url(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // Not quoted, since it may hold a login.
            throw new TypeConversionException(
                    "it is not a URL: %s at character %d"
                            .formatted(e.getReason(), e.getIndex() + 1));
        }
    }

    private static Action action(String word) {
        return Action.of(word)
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        FormatException.excerpt(word)
                                                + " is none of switch, boot, test, dry-activate"));
    }

    /** One line, since the whole help would hide what is wrong. */
    private static int wrongUsage(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        command.getErr()
                .printf(
                        "error: %s; see '%s --help'%n",
                        wrong.getMessage(), command.getCommandSpec().qualifiedName());
        command.getErr().flush();
        return ExitCode.USAGE.code();
    }

    private static int unexpected(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (failure instanceof InterruptedException) {
            if (commandLine.getCommand() instanceof CommandLines
                    || commandLine.getCommand() instanceof RunCommand) {
                // The daemon's own log has said that it stops.
                return INTERRUPTED;
            }
            commandLine.getErr().println("interrupted; run again to go on from here");
            commandLine.getErr().flush();
            return INTERRUPTED;
        }
        commandLine.getErr().println("error: unexpected: " + failure);
        commandLine.getErr().println("This is a fault of nixfleet-agent; please report it with:");
        failure.printStackTrace(commandLine.getErr());
        commandLine.getErr().flush();
        return ExitCode.UNEXPECTED.code();
    }

    /**
     * On SIGINT or SIGTERM: ends the command's work in order before the JVM ends. The thread itself
     * never ends then, since its call of {@code System.exit} waits for this hook.
     */
    private static void interruptAndAwait(Thread worker, CountDownLatch ended) {
        worker.interrupt();
        try {
            ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** No subcommand: the daemon, since units in the field start it so. */
    @Override
    public Integer call() throws InterruptedException {
        return RunCommand.run(daemonOptions, CommandOutput.of(spec, false));
    }
}
