package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.FreeSpace;
import io.nixfleet.agent.activation.HostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether /boot has as much room as the agent asks for before it deploys. */
record BootCheck(Path boot, long floor) implements Check {
    @Override
    public String name() {
        return "/boot";
    }

    @Override
    public Finding look() {
        if (!Files.isDirectory(boot)) {
            return Finding.ok("there is none");
        }
        try {
            return judge(FreeSpace.bytesAt(boot), floor);
        } catch (HostException e) {
            return Finding.failed(
                    "",
                    String.valueOf(e.getMessage()),
                    "look at the file system: findmnt -T /boot");
        }
    }

    static Finding judge(long free, long floor) {
        String seen = "%d MB free".formatted(free / 1_000_000);
        return free >= floor
                ? Finding.ok(seen)
                : Finding.failed(
                        seen,
                        "the agent deploys nothing while less than %d MB are free (--boot-floor)"
                                .formatted(floor / 1_000_000),
                        "remove old generations: nix-collect-garbage --delete-older-than 30d, then"
                                + " /run/current-system/bin/switch-to-configuration boot");
    }
}
