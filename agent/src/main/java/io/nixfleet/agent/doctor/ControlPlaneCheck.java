package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.controlplane.PollAnswer;
import io.nixfleet.agent.controlplane.Sounding;

/** Whether the control plane answers this machine. */
record ControlPlaneCheck(Shared<Poll> poll) implements Check {
    private static final int NO_ANSWER = 0;

    @Override
    public String name() {
        return "control plane";
    }

    @Override
    public Finding look() throws InterruptedException {
        return switch (poll.get()) {
            case Poll.NotMade(var why) ->
                    Finding.notChecked(why, "see 'configuration' and 'certificate'");
            case Poll.Made(var options, var sounding, _) -> judge(options, sounding);
        };
    }

    static Finding judge(ControlPlaneOptions options, Sounding sounding) {
        return switch (sounding.answer()) {
            case PollAnswer.Desired(var generation) ->
                    Finding.ok("answers; it wants %s".formatted(generation.hash()));
            case PollAnswer.NothingDesired _ ->
                    Finding.warning(
                            "answers",
                            "it has no system for machine '%s' (HTTP status 404)"
                                    .formatted(options.machineId()),
                            "release one for this machine; if there is one, check --machine-id, and"
                                    + " the path of --control-plane-url");
            case PollAnswer.Failed(var reason) ->
                    Finding.failed(
                            "", reason, remedy(options, sounding.status().orElse(NO_ANSWER)));
        };
    }

    private static String remedy(ControlPlaneOptions options, int status) {
        return switch (status) {
            case NO_ANSWER ->
                    "check that it runs, the URL, firewalls and certificates: curl -v %s"
                            .formatted(options.baseUrl());
            case 401 ->
                    "it, or a proxy before it, wants another login than a certificate: give the"
                            + " control plane's own address as --control-plane-url";
            case 403 ->
                    "register machine '%s' there, and give the certificate that it is known by"
                            .formatted(options.machineId());
            default ->
                    status >= 500
                            ? "look at the control plane's own log"
                            : "check that --control-plane-url is that of a NixFleet control plane";
        };
    }
}
