package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.UnitStanding.Shown;
import io.nixfleet.agent.doctor.UnitStanding.Unknown;

/** Whether the agent's unit is installed, and runs, also after the next boot. */
record UnitCheck(Shared<UnitStanding> standing) implements Check {
    private static final String JOURNAL = "journalctl -u nixfleet-agent -n 50";

    @Override
    public String name() {
        return "unit";
    }

    @Override
    public Finding look() throws InterruptedException {
        return switch (standing.get()) {
            case Unknown(var why) ->
                    Finding.notChecked("systemd does not tell: " + why, "see 'systemd-run'");
            case Shown shown -> judge(shown);
        };
    }

    static Finding judge(Shown shown) {
        if (!shown.installed()) {
            return Finding.failed(
                    "",
                    "there is no unit " + UnitStanding.UNIT,
                    "services.nixfleet-agent.enable = true with the NixOS module, and switch");
        }
        if (shown.get("LoadState").equals("masked")) {
            return Finding.failed(
                    "masked", "it can never start", "systemctl unmask nixfleet-agent");
        }
        String seen =
                "%s, %s (%s)"
                        .formatted(
                                shown.get("UnitFileState").isEmpty()
                                        ? "installed"
                                        : shown.get("UnitFileState"),
                                shown.get("ActiveState"),
                                shown.get("SubState"));
        return switch (shown.get("ActiveState")) {
            case "active", "reloading" -> running(shown, seen);
            case "activating" -> starting(shown, seen);
            case "failed" -> failed(shown, seen);
            default -> Finding.failed(seen, "it does not run", "systemctl start nixfleet-agent");
        };
    }

    private static Finding running(Shown shown, String seen) {
        if (shown.get("UnitFileState").equals("disabled")) {
            return Finding.warning(
                    seen,
                    "it does not start at the next boot",
                    "systemctl enable nixfleet-agent (the NixOS module does it)");
        }
        if (shown.get("NeedDaemonReload").equals("yes")) {
            return Finding.warning(
                    seen,
                    "its files have changed since systemd read them",
                    "systemctl daemon-reload");
        }
        String restarts = shown.get("NRestarts");
        return Finding.ok(
                restarts.isEmpty() || restarts.equals("0")
                        ? seen
                        : seen + ", restarts so far: " + restarts);
    }

    private static Finding starting(Shown shown, String seen) {
        return shown.get("SubState").equals("auto-restart")
                ? Finding.failed(
                        seen,
                        "it ends again and again (exit code %s, restarts so far: %s)"
                                .formatted(shown.get("ExecMainStatus"), shown.get("NRestarts")),
                        "see why: " + JOURNAL)
                : Finding.warning(seen, "it is not up yet", "wait a moment; then see: " + JOURNAL);
    }

    private static Finding failed(Shown shown, String seen) {
        if (shown.get("Result").equals("start-limit-hit")) {
            return Finding.failed(
                    seen,
                    "it ended so often that systemd does not start it any more",
                    "see why: %s; then: systemctl reset-failed nixfleet-agent && systemctl start"
                                    .formatted(JOURNAL)
                            + " nixfleet-agent");
        }
        return shown.get("ExecMainStatus").equals("2")
                ? Finding.failed(
                        seen,
                        "it ended with exit code 2: an option, or a file that it names, is wrong",
                        "see which: %s; mend it, then: systemctl restart nixfleet-agent"
                                .formatted(JOURNAL))
                : Finding.failed(
                        seen,
                        "it ended (%s, exit code %s)"
                                .formatted(shown.get("Result"), shown.get("ExecMainStatus")),
                        "see why: %s; then: systemctl restart nixfleet-agent".formatted(JOURNAL));
    }
}
