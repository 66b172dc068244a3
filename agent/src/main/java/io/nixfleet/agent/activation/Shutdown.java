package io.nixfleet.agent.activation;

import java.io.IOException;

/** The end of a host's systemd, with all that it runs. */
public final class Shutdown {
    private final HostCommands commands;

    public Shutdown(HostCommands commands) {
        this.commands = commands;
    }

    /** Whether systemd is ending everything; false, where it does not say. */
    public boolean isUnderWay() throws InterruptedException {
        try {
            return commands.run("systemctl", "is-system-running")
                    .stdout()
                    .strip()
                    .equals("stopping");
        } catch (IOException _) {
            return false;
        }
    }
}
