package io.nixfleet.agent.doctor;

import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether switches can be started: each is a transient unit of systemd. */
record RunUnitsCheck(Programs programs) implements Check {
    @Override
    public String name() {
        return "systemd-run";
    }

    @Override
    public Finding look() throws InterruptedException {
        List<String> missing = programs.missing(List.of("systemd-run", "systemctl"));
        if (!missing.isEmpty()) {
            return Finding.failed(
                    "",
                    "%s: not on the PATH %s".formatted(String.join(", ", missing), programs.path()),
                    "put systemd on the PATH of the agent: on NixOS 'path = ["
                            + " config.systemd.package ];' of its unit, which the module sets");
        }
        try {
            ProcessRunner.Result state = programs.run("systemctl", "is-system-running");
            return judge(state.stdout().strip(), state.stderr().strip(), isRoot());
        } catch (IOException e) {
            return unusable(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /**
     * @param state as {@code systemctl is-system-running} has it
     * @param complaint on its standard error
     * @param root whether doctor runs as root, as the agent does
     */
    static Finding judge(String state, String complaint, boolean root) {
        return switch (state) {
            case "running", "degraded", "starting", "initializing", "maintenance" ->
                    root
                            ? Finding.ok("systemd is " + state)
                            : Finding.warning(
                                    "systemd is " + state,
                                    "this is not root, as the agent is: it cannot be told whether"
                                            + " units can be started, and files be read",
                                    "run doctor as root");
            case "stopping" ->
                    Finding.warning(
                            "systemd is stopping",
                            "the host is shutting down, and nothing can be started",
                            "run doctor again once it is up");
            default -> unusable(complaint.isEmpty() ? "it is " + state : complaint);
        };
    }

    private static Finding unusable(String how) {
        return Finding.failed(
                "",
                "systemd does not answer: " + how,
                "nothing can be activated without systemd as init: see that it runs, and is not"
                        + " hidden by a container");
    }
}
