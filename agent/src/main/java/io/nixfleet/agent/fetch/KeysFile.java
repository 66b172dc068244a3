package io.nixfleet.agent.fetch;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.PublicKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of public keys: any number, parted by blanks or lines; {@code #} begins a comment. */
public final class KeysFile {
    private KeysFile() {}

    /**
     * Reads one.
     *
     * @return the keys, each {@code name:base64}
     * @throws FormatException naming file and line of what is no key
     */
    public static List<String> read(Path file) throws IOException {
        var keys = new ArrayList<String>();
        int number = 0;
        for (String line : OperatorFile.read("keys file", file).split("\n", -1)) {
            number++;
            int comment = line.indexOf('#');
            String content = comment < 0 ? line : line.substring(0, comment);
            for (String word : content.strip().split("\\s+", -1)) {
                if (!word.isEmpty()) {
                    keys.add(checked(word, file, number));
                }
            }
        }
        return keys;
    }

    private static String checked(String key, Path file, int line) {
        try {
            var _ = PublicKey.parse(key);
            return key;
        } catch (FormatException e) {
            throw new FormatException(
                    "keys file %s line %d: %s".formatted(file, line, e.getMessage()), e);
        }
    }
}
