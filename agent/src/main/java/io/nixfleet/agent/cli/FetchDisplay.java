package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.Terminal;
import io.nixfleet.substituter.fetch.FetchListener;
import java.io.PrintWriter;

/** Shows a fetch while it runs. */
interface FetchDisplay extends FetchListener, AutoCloseable {
    /** Ends the display and leaves the terminal's line clean. */
    @Override
    void close();

    /** A bar where a line can be redrawn, lines elsewhere, nothing when asked for quiet. */
    static FetchDisplay choose(boolean quiet, Terminal terminal, PrintWriter err) {
        if (quiet) {
            return new Silent();
        }
        return terminal.interactive() ? new ProgressBar(err, terminal) : new ProgressLines(err);
    }

    /** Shows nothing. */
    final class Silent implements FetchDisplay {
        @Override
        public void on(io.nixfleet.substituter.fetch.FetchEvent event) {}

        @Override
        public void close() {}
    }
}
