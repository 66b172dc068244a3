package io.nixfleet.agent.cli;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command line as a whole: subcommands, types, errors, interruption. */
@Command(
        name = "nixfleet-agent",
        description = "The deploy agent of a NixOS fleet.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {FetchCommand.class, PlanCommand.class, TryCommand.class})
public final class CommandLines implements Runnable {
    private static final int INTERRUPTED = 130;
    private static final Duration GRACE = Duration.ofSeconds(4);

    @Spec @org.jspecify.annotations.Nullable CommandSpec spec;

    private CommandLines() {}

    /** Runs a command line and returns its exit code. */
    public static int run(String... args) {
        Thread worker = Thread.currentThread();
        Thread interrupter = new Thread(() -> interruptAndAwait(worker), "nixfleet-interrupted");
        Runtime.getRuntime().addShutdownHook(interrupter);
        int code = commandLine().execute(args);
        try {
            Runtime.getRuntime().removeShutdownHook(interrupter);
            return code;
        } catch (IllegalStateException _) {
            // A signal ended us: the exit code is the JVM's, 128 and the signal's number.
            return INTERRUPTED;
        }
    }

    private static CommandLine commandLine() {
        var ansi = System.getenv().getOrDefault("NO_COLOR", "").isEmpty() ? Ansi.AUTO : Ansi.OFF;
        return new CommandLine(new CommandLines())
                .registerConverter(StorePath.class, CommandLines::storePath)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setUsageHelpWidth(100)
                .setExecutionExceptionHandler(CommandLines::unexpected);
    }

    private static StorePath storePath(String text) {
        try {
            return StorePath.parse(StoreDir.NIX_STORE, text);
        } catch (FormatException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static int unexpected(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (failure instanceof InterruptedException) {
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

    /** On SIGINT or SIGTERM: ends the command's work in order before the JVM ends. */
    private static void interruptAndAwait(Thread worker) {
        worker.interrupt();
        try {
            worker.join(GRACE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                java.util.Objects.requireNonNull(spec, "picocli sets the spec").commandLine(),
                "a command is needed: fetch, plan or try");
    }
}
