package io.nixfleet.agent.doctor;

/**
 * Whether the daemon trusts the user of the agent, which must import what only the agent believes.
 *
 * @param needed whether there is such a thing
 */
record TrustCheck(Shared<DaemonMeeting> meeting, boolean needed) implements Check {
    private static final String REMEDY =
            "add the user of the agent to nix.settings.trusted-users (nix.conf: trusted-users), or"
                    + " give the keys to nix.conf's trusted-public-keys instead of the agent";

    @Override
    public String name() {
        return "nix trust";
    }

    @Override
    public Finding look() throws InterruptedException {
        return judge(meeting.get(), needed);
    }

    static Finding judge(DaemonMeeting meeting, boolean needed) {
        return switch (meeting) {
            case DaemonMeeting.Unmet _ ->
                    Finding.notChecked("the Nix daemon does not answer", "see 'nix daemon'");
            case DaemonMeeting.Met(_, var greeting) ->
                    switch (greeting.trust()) {
                        case TRUSTED -> Finding.ok("this user is trusted");
                        case NOT_TRUSTED ->
                                needed
                                        ? Finding.failed(
                                                "",
                                                "the daemon does not trust this user: it refuses"
                                                    + " what only keys of the agent's own options"
                                                    + " signed",
                                                REMEDY)
                                        : Finding.ok(
                                                "this user is not, and need not be: all keys are"
                                                        + " nix.conf's");
                        case UNKNOWN ->
                                needed
                                        ? Finding.notChecked(
                                                "a daemon of this version does not say whether it"
                                                        + " trusts this user, which keys of the"
                                                        + " agent's own options take",
                                                "Nix 2.9 and later say it; root is trusted unless"
                                                        + " trusted-users of nix.conf leaves it"
                                                        + " out")
                                        : Finding.ok(
                                                "it does not say, and need not: all keys are"
                                                        + " nix.conf's");
                    };
        };
    }
}
