package io.nixfleet.cli.command;

import picocli.CommandLine.Command;

/** {@code nixfleet release}: the commands for releases. */
@Command(
        name = "release",
        customSynopsis = "nixfleet release COMMAND [OPTION]... [ARGUMENT]...",
        description = "Make, show and delete releases: the systems of a fleet's hosts at one time.",
        exitCodeList = {
            "0:done",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3 to 10:of a command: see its --help"
        },
        footer = "  nixfleet release list")
final class ReleaseCommand {}
