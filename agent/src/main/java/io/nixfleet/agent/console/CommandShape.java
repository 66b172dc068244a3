package io.nixfleet.agent.console;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * What the command lines of our programs have in common: the sections of help, the types of values,
 * and how errors are said.
 *
 * @param program its name
 * @param goingOn what whoever interrupted this command is told of going on; empty for a command
 *     that has said it itself
 */
public record CommandShape(String program, Function<Object, Optional<String>> goingOn) {
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

    /** Gives a command the sections of help, and {@code --help}, to which all errors point. */
    public static CommandLine subcommand(Object command) {
        var commandLine = new CommandLine(command);
        commandLine.getCommandSpec().addOption(help());
        headings(commandLine.getCommandSpec().usageMessage());
        return commandLine;
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build();
    }

    /**
     * The same for all: usage, what it does, commands, arguments, options, exit codes, examples.
     */
    public static void headings(UsageMessageSpec usage) {
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

    /** Gives types, errors and colours to a program's command line with all its subcommands. */
    public CommandLine shape(CommandLine root) {
        var ansi = Terminal.coloursWelcome(System.getenv()) ? Ansi.AUTO : Ansi.OFF;
        return root.registerConverter(StorePath.class, CommandShape::storePath)
                .registerConverter(URI.class, CommandShape::url)
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .setUsageHelpWidth(WIDTH)
                .setParameterExceptionHandler(CommandShape::wrongUsage)
                .setExecutionExceptionHandler(this::unexpected);
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

    /** One line, since the whole help would hide what is wrong. */
    private static int wrongUsage(ParameterException wrong, String... args) {
        CommandLine command = wrong.getCommandLine();
        return output(command, args)
                .fail(
                        CommonExit.USAGE,
                        "%s; see '%s --help'"
                                .formatted(
                                        WrongWord.explain(wrong),
                                        command.getCommandSpec().qualifiedName()));
    }

    /** For what a command cannot say itself: it did not come to that, or broke down. */
    private static CommandOutput output(CommandLine command, String... args) {
        return CommandOutput.of(command.getCommandSpec(), List.of(args).contains("--json"));
    }

    private int unexpected(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (failure instanceof InterruptedException) {
            Optional<String> told = goingOn.apply(commandLine.getCommand());
            return told.isEmpty()
                    ? CommandOutput.INTERRUPTED
                    : output(commandLine, words(parsed)).interrupted(told.get());
        }
        int code =
                output(commandLine, words(parsed))
                        .fail(CommonExit.UNEXPECTED, "unexpected: " + failure);
        commandLine
                .getErr()
                .println("This is a fault of %s; please report it with:".formatted(program));
        failure.printStackTrace(commandLine.getErr());
        commandLine.getErr().flush();
        return code;
    }

    private static String[] words(CommandLine.ParseResult parsed) {
        return parsed.originalArgs().toArray(String[]::new);
    }
}
