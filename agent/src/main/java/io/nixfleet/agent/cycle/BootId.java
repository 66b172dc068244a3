package io.nixfleet.agent.cycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells one start of the host from the next. */
final class BootId {
    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /**
     * Of this start of the host. In a container it is the machine's, so the start of process 1
     * belongs to it, too.
     */
    static String current() throws IOException {
        String stat = Files.readString(Path.of("/proc/1/stat"));
        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        // Field 22 of proc(5), starttime; the state, field 3, is the first after the name.
        return Files.readString(FILE).strip() + "/" + afterName[19];
    }
}
