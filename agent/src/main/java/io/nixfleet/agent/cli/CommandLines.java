package io.nixfleet.agent.cli;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
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
    private static final int WIDTH = 80;

    /** Commands before the many options of the daemon. */
    private static final List<String> SECTIONS =
            List.of(
                    UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING,
                    UsageMessageSpec.SECTION_KEY_SYNOPSIS,
                    UsageMessageSpec.SECTION_KEY_DESCRIPTION_HEADING,
                    UsageMessageSpec.SECTION_KEY_DESCRIPTION,
                    UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
                    UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
                    UsageMessageSpec.SECTION_KEY_PARAMETER_LIST_HEADING,
                    UsageMessageSpec.SECTION_KEY_PARAMETER_LIST,
                    UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING,
                    UsageMessageSpec.SECTION_KEY_OPTION_LIST,
                    UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING,
                    UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST,
                    UsageMessageSpec.SECTION_KEY_FOOTER_HEADING,
                    UsageMessageSpec.SECTION_KEY_FOOTER);

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
            code = execute(args);
        } finally {
            ended.countDown();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(interrupter);
            return code;
        } catch (IllegalStateException _) {
            // A signal ended us: the exit code is the JVM's, 128 and the signal's number.
            return CommandOutput.INTERRUPTED;
        }
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
        var ansi = Terminal.coloursWelcome(System.getenv()) ? Ansi.AUTO : Ansi.OFF;
        var commandLine =
                daemon
                        ? new CommandLine(new CommandLines())
                        : new CommandLine(CommandSpec.create().name(NAME));
        subcommands.forEach(
                (name, subcommand) -> {
                    var command = new CommandLine(subcommand.get());
                    command.getCommandSpec().addOption(help());
                    headings(command.getCommandSpec().usageMessage());
                    commandLine.addSubcommand(name, command);
                });
        if (daemon) {
            headings(commandLine.getCommandSpec().usageMessage());
        }
        return commandLine
                .registerConverter(StorePath.class, CommandLines::storePath)
                .registerConverter(URI.class, CommandLines::url)
                .registerConverter(Action.class, CommandLines::action)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setUsageHelpWidth(WIDTH)
                .setParameterExceptionHandler(CommandLines::wrongUsage)
                .setExecutionExceptionHandler(CommandLines::unexpected);
    }

    /**
     * The same for all: usage, what it does, commands, arguments, options, exit codes, examples.
     */
    private static void headings(UsageMessageSpec usage) {
        // In the list of commands only.
        usage.header(usage.description()[0].split("[.:] |\\.$", -1)[0])
                .descriptionHeading("%n")
                .commandListHeading("%nCommands:%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .exitCodeListHeading("%nExit codes:%n")
                .footerHeading("%nExamples:%n")
                .sectionKeys(SECTIONS);
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
    private static int wrongUsage(ParameterException wrong, String... args) {
        CommandLine command = wrong.getCommandLine();
        return output(command, args)
                .fail(
                        ExitCode.USAGE,
                        "%s; see '%s --help'"
                                .formatted(
                                        WrongWord.explain(wrong),
                                        command.getCommandSpec().qualifiedName()));
    }

    /** For what a command cannot say itself: it did not come to that, or broke down. */
    private static CommandOutput output(CommandLine command, String... args) {
        return CommandOutput.of(command.getCommandSpec(), List.of(args).contains("--json"));
    }

    private static int unexpected(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (failure instanceof InterruptedException) {
            if (commandLine.getCommand() instanceof CommandLines
                    || commandLine.getCommand() instanceof RunCommand) {
                // The daemon's own log has said that it stops.
                return CommandOutput.INTERRUPTED;
            }
            return output(commandLine, words(parsed)).interrupted("run again to go on from here");
        }
        int code =
                output(commandLine, words(parsed))
                        .fail(ExitCode.UNEXPECTED, "unexpected: " + failure);
        commandLine.getErr().println("This is a fault of nixfleet-agent; please report it with:");
        failure.printStackTrace(commandLine.getErr());
        commandLine.getErr().flush();
        return code;
    }

    private static String[] words(CommandLine.ParseResult parsed) {
        return parsed.originalArgs().toArray(String[]::new);
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
