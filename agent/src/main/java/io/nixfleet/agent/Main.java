package io.nixfleet.agent;

import io.nixfleet.agent.cli.CommandLines;
import io.nixfleet.agent.logging.Logging;

/** The program's entry point. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Logging.silenceLibraries();
        System.exit(CommandLines.run(args));
    }
}
