package io.nixfleet.agent.doctor;

import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.util.List;

/** Whether Nix's programs are there. */
record NixCheck(Programs programs) implements Check {
    /** For its configuration, for what caches lack, and for the system profile. */
    private static final List<String> NEEDED = List.of("nix", "nix-store", "nix-env");

    @Override
    public String name() {
        return "nix";
    }

    @Override
    public Finding look() throws InterruptedException {
        List<String> missing = programs.missing(NEEDED);
        if (!missing.isEmpty()) {
            return Finding.failed(
                    "",
                    "%s: not on the PATH %s".formatted(String.join(", ", missing), programs.path()),
                    "install Nix, or put it on the PATH of the agent: on NixOS 'path = ["
                            + " config.nix.package ];' of its unit, which the module sets");
        }
        try {
            ProcessRunner.Result version = programs.run("nix", "--version");
            if (version.exitCode() == 0) {
                return Finding.ok(version.stdout().strip());
            }
            return broken("%s: %s".formatted(version.ending(), version.stderr().strip()));
        } catch (IOException e) {
            return broken(String.valueOf(e.getMessage()));
        }
    }

    private static Finding broken(String how) {
        return Finding.failed(
                "", "'nix --version' fails: " + how, "mend Nix: try 'nix --version' as this user");
    }
}
