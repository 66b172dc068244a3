package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandShape;
import io.nixfleet.agent.console.Interruption;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line as a whole. */
@Command(
        name = CommandLines.NAME,
        customSynopsis = "nixfleet COMMAND [OPTION]... [ARGUMENT]...",
        description =
                "What operates a NixOS fleet: makes releases of a flake's hosts, and rolls them"
                        + " out by a NixFleet control plane. Settings come from options, else from"
                        + " variables, else from the fleet's .nixfleet.toml.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeList = {
            "0:done",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3 to 10:of a command: see its --help",
            "130:interrupted"
        },
        footer = {
            "  nixfleet init --control-plane-url https://fleet.example.com",
            "  nixfleet release create --push-to ssh://root@cache",
            "  nixfleet deploy --release rel-1 --tags web --strategy canary --wait"
        })
public final class CommandLines {
    static final String NAME = "nixfleet";

    private static final CommandShape SHAPE = new CommandShape(NAME, CommandLines::goingOn);

    private CommandLines() {}

    /** Runs a command line and returns its exit code. */
    public static int run(String... args) {
        return Interruption.run(() -> commandLine().execute(args));
    }

    /** With all of its subcommands. */
    public static CommandLine commandLine() {
        var root = new CommandLine(new CommandLines());
        CommandShape.headings(root.getCommandSpec().usageMessage());
        root.addSubcommand("init", CommandShape.subcommand(new InitCommand()));
        root.addSubcommand("release", releases());
        root.addSubcommand("deploy", CommandShape.subcommand(new DeployCommand()));
        root.addSubcommand("rollout", rollouts());
        root.addSubcommand("machines", machines());
        root.addSubcommand("status", CommandShape.subcommand(new StatusCommand()));
        return SHAPE.shape(root);
    }

    private static Optional<String> goingOn(Object command) {
        return command instanceof OperatorCommand own
                ? Optional.of(own.goingOn())
                : Optional.of("run again");
    }

    private static CommandLine releases() {
        return CommandShape.subcommand(new ReleaseCommand())
                .addSubcommand("create", CommandShape.subcommand(new ReleaseCreateCommand()))
                .addSubcommand("list", CommandShape.subcommand(new ReleaseListCommand()))
                .addSubcommand("show", CommandShape.subcommand(new ReleaseShowCommand()))
                .addSubcommand("diff", CommandShape.subcommand(new ReleaseDiffCommand()))
                .addSubcommand("delete", CommandShape.subcommand(new ReleaseDeleteCommand()));
    }

    private static CommandLine rollouts() {
        return CommandShape.subcommand(new RolloutCommand())
                .addSubcommand("list", CommandShape.subcommand(new RolloutListCommand()))
                .addSubcommand("status", CommandShape.subcommand(new RolloutStatusCommand()))
                .addSubcommand("resume", CommandShape.subcommand(new RolloutResumeCommand()))
                .addSubcommand("cancel", CommandShape.subcommand(new RolloutCancelCommand()));
    }

    private static CommandLine machines() {
        return CommandShape.subcommand(new MachinesCommand())
                .addSubcommand("list", CommandShape.subcommand(new MachinesListCommand()));
    }
}
