package io.nixfleet.cli;

import io.nixfleet.agent.logging.Logging;
import io.nixfleet.cli.command.CommandLines;

/** The program's entry point. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Logging.silenceLibraries();
        System.exit(CommandLines.run(args));
    }
}
