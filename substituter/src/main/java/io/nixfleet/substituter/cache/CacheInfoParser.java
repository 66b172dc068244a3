package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads {@code nix-cache-info}: lines {@code Key: value}. Lines without a colon and keys that Nix
 * does not know are skipped, as vendors add their own.
 */
final class CacheInfoParser {
    private CacheInfoParser() {}

    /**
     * @throws FormatException naming {@code source} when a value is not what its key asks for
     */
    static CacheInfo parse(byte[] text, String source) {
        Optional<StoreDir> storeDir = Optional.empty();
        boolean wantMassQuery = false;
        int priority = CacheInfo.NO_PRIORITY;
        for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon)) {
                case "StoreDir" -> storeDir = Optional.of(storeDir(value, source));
                case "WantMassQuery" -> wantMassQuery = value.equals("1");
                case "Priority" -> priority = priority(value, source);
                default -> {}
            }
        }
        return new CacheInfo(storeDir, wantMassQuery, priority);
    }

    private static StoreDir storeDir(String value, String source) {
        try {
            return new StoreDir(value);
        } catch (FormatException e) {
            throw new FormatException("%s: StoreDir: %s".formatted(source, e.getMessage()), e);
        }
    }

    private static int priority(String value, String source) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new FormatException(
                    "%s: Priority %s is not a number"
                            .formatted(source, FormatException.excerpt(value)),
                    e);
        }
    }
}
