package io.nixfleet.agent.fetch;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.io.IOException;
import java.nio.file.Path;
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
        SecretFile.warnOfOthers("token file", file, warnings);
        return Secret.of(token);
    }
}
