package io.nixfleet.agent;

import io.nixfleet.agent.cli.CommandLines;

/** The program's entry point. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(CommandLines.run(args));
    }
}
