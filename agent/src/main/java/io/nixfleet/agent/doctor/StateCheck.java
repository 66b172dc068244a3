package io.nixfleet.agent.doctor;

import io.nixfleet.agent.state.StateInspection;
import io.nixfleet.agent.state.StateInspection.Found;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the agent's database can be read and written. */
record StateCheck(Path database) implements Check {
    @Override
    public String name() {
        return "state database";
    }

    @Override
    public Finding look() {
        return judge(database, StateInspection.of(database), writable());
    }

    private boolean writable() {
        Path file = database.toAbsolutePath();
        Path there = file.getParent();
        while (there != null && Files.notExists(there)) {
            there = there.getParent();
        }
        return there != null
                && Files.isWritable(there)
                && (Files.notExists(file) || Files.isWritable(file));
    }

    static Finding judge(Path database, Found found, boolean writable) {
        Finding finding =
                switch (found) {
                    case Found.Nothing _ ->
                            Finding.ok(database + " is not there yet: the agent makes it");
                    case Found.Usable(var version) ->
                            Finding.ok("%s, version %d".formatted(database, version));
                    case Found.Unusable(var why) ->
                            Finding.failed(
                                    database.toString(),
                                    why,
                                    "restart the agent, which moves it aside and begins a fresh"
                                            + " one: systemctl restart nixfleet-agent");
                    case Found.Unreadable(var why) ->
                            Finding.failed(
                                    database.toString(),
                                    why,
                                    "run doctor as root; if it is, make the file root's own: chown"
                                            + " root "
                                            + database);
                };
        return finding.result() == Result.OK && !writable
                ? Finding.failed(
                        finding.seen(),
                        "it cannot be written by this user",
                        "run doctor as root; if it is, mount the file system for writing: findmnt"
                                + " -T "
                                + database)
                : finding;
    }
}
