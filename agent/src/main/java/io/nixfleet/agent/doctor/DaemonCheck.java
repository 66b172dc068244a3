package io.nixfleet.agent.doctor;

import io.nixfleet.substituter.daemon.DaemonGreeting;
import io.nixfleet.substituter.daemon.DaemonTarget;

/** Whether the store can be worked with: the daemon answers, and can read its database. */
record DaemonCheck(Shared<DaemonMeeting> meeting) implements Check {
    @Override
    public String name() {
        return "nix daemon";
    }

    @Override
    public Finding look() throws InterruptedException {
        return judge(meeting.get());
    }

    static Finding judge(DaemonMeeting meeting) {
        return switch (meeting) {
            case DaemonMeeting.Unmet(var problem) ->
                    Finding.failed(
                            "",
                            problem,
                            "systemctl start nix-daemon.socket; if it runs, let the user of the"
                                + " agent in by allowed-users of nix.conf, and see journalctl -u"
                                + " nix-daemon");
            case DaemonMeeting.Met(var target, var greeting) -> met(target, greeting);
        };
    }

    private static Finding met(DaemonTarget target, DaemonGreeting greeting) {
        String release = greeting.nixVersion().isEmpty() ? "Nix" : "Nix " + greeting.nixVersion();
        String seen =
                "%s, protocol %s, %s".formatted(release, greeting.protocol(), target.describe());
        boolean forWantOfASocket =
                target instanceof DaemonTarget.Stdio own && own.storeUri().isEmpty();
        return forWantOfASocket
                ? Finding.warning(
                        seen,
                        "there is no socket of a Nix daemon: the agent starts one of its own for"
                                + " each fetch, which only root can",
                        "systemctl start nix-daemon.socket, and on NixOS nix.enable = true")
                : Finding.ok(seen);
    }
}
