package io.nixfleet.cli.command;

import picocli.CommandLine.Command;

/** {@code nixfleet machines}: the commands for machines. */
@Command(
        name = "machines",
        customSynopsis = "nixfleet machines COMMAND [OPTION]... [ARGUMENT]...",
        description = "Show the machines that the control plane knows.",
        exitCodeList = {
            "0:done",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3 to 10:of a command: see its --help"
        },
        footer = "  nixfleet machines list")
final class MachinesCommand {}
