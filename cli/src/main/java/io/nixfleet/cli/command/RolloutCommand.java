package io.nixfleet.cli.command;

import picocli.CommandLine.Command;

/** {@code nixfleet rollout}: the commands for rollouts. */
@Command(
        name = "rollout",
        customSynopsis = "nixfleet rollout COMMAND [OPTION]... [ARGUMENT]...",
        description = "Follow and steer rollouts: releases on their way to machines.",
        exitCodeList = {
            "0:done",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3 to 10:of a command: see its --help"
        },
        footer = "  nixfleet rollout list")
final class RolloutCommand {}
