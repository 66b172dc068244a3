package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.FreeSpace;
import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a file system has room.
 *
 * @param path on it; need not be there yet
 */
record DiskCheck(String name, Path path, Floors floors, String remedy, Programs programs)
        implements Check {
    /**
     * What must be free.
     *
     * @param least bytes without which nothing works
     * @param few bytes that will not last
     * @param inodes without which nothing works
     */
    record Floors(long least, long few, long inodes) {}

    /** What is free; inodes only where their number is limited, and known. */
    record Free(long bytes, Optional<Long> inodes) {}

    @Override
    public Finding look() throws InterruptedException {
        try {
            return judge(new Free(FreeSpace.bytesAt(path), inodes()), this);
        } catch (HostException e) {
            return Finding.failed(
                    path.toString(),
                    String.valueOf(e.getMessage()),
                    "look at the file system: findmnt -T " + path);
        }
    }

    private Optional<Long> inodes() throws InterruptedException {
        try {
            ProcessRunner.Result shown =
                    programs.run("stat", "-f", "-c", "%c %d", FreeSpace.nearest(path).toString());
            String[] numbers = shown.stdout().strip().split(" ", -1);
            boolean limited =
                    shown.exitCode() == 0 && numbers.length == 2 && !numbers[0].equals("0");
            return limited ? Optional.of(Long.parseLong(numbers[1])) : Optional.empty();
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    static Finding judge(Free free, DiskCheck check) {
        String seen = "%s: %d MB free".formatted(check.path(), free.bytes() / 1_000_000);
        if (free.bytes() < check.floors().least()) {
            return Finding.failed(seen, "its file system is full", check.remedy());
        }
        if (free.inodes().filter(left -> left < check.floors().inodes()).isPresent()) {
            return Finding.failed(
                    seen,
                    "its file system has only %d inodes left for new files"
                            .formatted(free.inodes().get()),
                    check.remedy());
        }
        return free.bytes() < check.floors().few()
                ? Finding.warning(seen, "its file system has little room left", check.remedy())
                : Finding.ok(seen);
    }
}
