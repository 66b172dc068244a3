package io.nixfleet.agent;

import io.nixfleet.agent.cli.CommandLines;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program's entry point. */
public final class Main {
    /**
     * What these libraries would log reaches us as exceptions; kept here, or the levels are lost.
     */
    private static final List<Logger> SILENCED =
            List.of(Logger.getLogger("io.vertx"), Logger.getLogger("io.netty"));

    private Main() {}

    public static void main(String[] args) {
        SILENCED.forEach(logger -> logger.setLevel(Level.OFF));
        System.exit(CommandLines.run(args));
    }
}
