package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import java.util.ArrayList;
import java.util.List;

/** Whether the daemon could start with these options. */
record ConfigurationCheck(Subject subject) implements Check {
    @Override
    public String name() {
        return "configuration";
    }

    @Override
    public Finding look() {
        Subject.Origin origin = subject.origin();
        List<String> wrong = new ArrayList<>();
        String machine = "";
        switch (subject.link().controlPlane()) {
            case Given.Wrong<ControlPlaneOptions>(var problem) -> wrong.add(problem);
            case Given.Value<ControlPlaneOptions>(var options) ->
                    machine =
                            ": machine %s of %s".formatted(options.machineId(), options.baseUrl());
        }
        wrong.addAll(origin.wrong());
        if (!wrong.isEmpty()) {
            return Finding.failed(
                    origin.source(),
                    String.join("; ", wrong),
                    "give the options of the daemon ('nixfleet-agent run --help' lists them), or"
                            + " set services.nixfleet-agent of the NixOS module");
        }
        if (!origin.unread().isEmpty()) {
            String files = String.join(" ", origin.unread());
            return Finding.warning(
                    origin.source() + machine,
                    "the unit reads further variables from %s, which are not looked at here"
                            .formatted(files),
                    "run it with them: set -a; . %s; nixfleet-agent doctor"
                            .formatted(origin.unread().getFirst()));
        }
        return Finding.ok(origin.source() + machine);
    }
}
