package io.nixfleet.agent.fetch;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.function.Consumer;

/** A file that holds a bearer token and nothing else. */
final class TokenFile {
    private static final int LONGEST = 16 * 1024;

    private TokenFile() {}

    /**
     * Reads the token, and warns of a file that others than we and root can read or change.
     *
     * @throws FormatException when that is no token; the message does not quote it
     */
    static Secret read(Path file, Consumer<String> warnings) throws IOException {
        String token = OperatorFile.read("token file", file).strip();
        if (token.isEmpty()) {
            throw new FormatException("token file %s is empty".formatted(file));
        }
        boolean plain = token.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!plain || token.length() > LONGEST) {
            throw new FormatException(
                    "token file %s holds no token: that is one word of at most %d ASCII characters"
                            .formatted(file, LONGEST));
        }
        warnOfOthers(file, warnings);
        return Secret.of(token);
    }

    private static void warnOfOthers(Path file, Consumer<String> warnings) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
        if (attributes.permissions().contains(PosixFilePermission.OTHERS_READ)) {
            warnings.accept(
                    "token file %s can be read by every user (%s): chmod 600 it"
                            .formatted(
                                    file, PosixFilePermissions.toString(attributes.permissions())));
        }
        UserPrincipal owner = attributes.owner();
        if (!owner.getName().equals("root")
                && !owner.equals(Files.getOwner(Path.of("/proc/self")))) {
            warnings.accept(
                    "token file %s belongs to the user %s, who can read and change it"
                            .formatted(file, owner.getName()));
        }
    }
}
