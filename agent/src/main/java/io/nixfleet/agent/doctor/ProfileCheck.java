package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.nix.store.StorePath;

/** Whether there is a system profile, and it is what runs. */
record ProfileCheck(Host host) implements Check {
    private static final String SWITCH =
            "/nix/var/nix/profiles/system/bin/switch-to-configuration switch";

    @Override
    public String name() {
        return "system profile";
    }

    @Override
    public Finding look() {
        try {
            return judge(host.state());
        } catch (HostException e) {
            return Finding.failed(
                    "", String.valueOf(e.getMessage()), "mend the link: nixos-rebuild switch");
        }
    }

    static Finding judge(SystemState state) {
        if (state.profile().isEmpty()) {
            return Finding.failed(
                    "",
                    "there is no /nix/var/nix/profiles/system: this is no NixOS host, or its"
                            + " profile was removed",
                    "on NixOS: nix-env -p /nix/var/nix/profiles/system --set"
                            + " \"$(readlink -f /run/current-system)\"");
        }
        SystemState.Generation profile = state.profile().get();
        String seen = "generation %d, %s".formatted(profile.number(), profile.system().baseName());
        if (state.running().isEmpty()) {
            return Finding.failed(
                    seen, "no system was activated: there is no /run/current-system", SWITCH);
        }
        StorePath running = state.running().get();
        return running.equals(profile.system())
                ? Finding.ok(seen)
                : Finding.warning(
                        seen,
                        "another system runs, %s: somebody switched by hand, or a switch failed, or"
                                        .formatted(running.baseName())
                                + " awaits the next boot",
                        "let the agent deploy, or make the profile run: " + SWITCH);
    }
}
