package io.nixfleet.agent.fetch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.function.Consumer;

/** A file that only we and root should see. */
public final class SecretFile {
    private SecretFile() {}

    /**
     * Warns of a file that others than we and root can read or change.
     *
     * @param kind for messages, such as {@code token file}
     * @param warnings hears of it, for people
     * @throws IOException when its mode cannot be had
     */
    public static void warnOfOthers(String kind, Path file, Consumer<String> warnings)
            throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        Set<PosixFilePermission> mode = attributes.permissions();
        if (mode.contains(PosixFilePermission.OTHERS_READ)) {
            warnings.accept(
                    "%s %s can be read by every user (%s): chmod 600 it"
                            .formatted(kind, file, PosixFilePermissions.toString(mode)));
        } else if (mode.contains(PosixFilePermission.OTHERS_WRITE)
                || mode.contains(PosixFilePermission.GROUP_WRITE)) {
            warnings.accept(
                    "%s %s can be changed by others (%s): chmod 600 it"
                            .formatted(kind, file, PosixFilePermissions.toString(mode)));
        }
        UserPrincipal owner = attributes.owner();
        if (!owner.getName().equals("root")
                && !owner.equals(Files.getOwner(Path.of("/proc/self")))) {
            warnings.accept(
                    "%s %s belongs to the user %s, who can read and change it"
                            .formatted(kind, file, owner.getName()));
        }
    }
}
