package io.nixfleet.nix.store;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.encoding.NixBase32;

/**
 * A store path: {@code <dir>/<32 nixbase32 characters>-<name>}. Only direct children of the store
 * directory are store paths. Ordered by full path, bytewise, as fingerprints need it.
 *
 * @param dir the store directory it belongs to
 * @param baseName the part after {@code dir/}: hash part, dash, name
 */
public record StorePath(StoreDir dir, String baseName) implements Comparable<StorePath> {
    /** The length of the hash part, in characters. */
    public static final int HASH_PART_LENGTH = 32;

    private static final int MAX_NAME_LENGTH = 211;

    public StorePath {
        check(baseName);
    }

    /** Reads a full path. */
    public static StorePath parse(StoreDir dir, String text) {
        String prefix = dir.path() + "/";
        if (!text.startsWith(prefix)) {
            throw new FormatException(
                    "%s is not a store path: it does not lie in %s"
                            .formatted(FormatException.excerpt(text), dir));
        }
        return new StorePath(dir, text.substring(prefix.length()));
    }

    /** Reads the part after the store directory, as narinfo references have it. */
    public static StorePath ofBaseName(StoreDir dir, String baseName) {
        return new StorePath(dir, baseName);
    }

    private static void check(String baseName) {
        if (baseName.length() < HASH_PART_LENGTH + 2 || baseName.charAt(HASH_PART_LENGTH) != '-') {
            throw malformed(baseName, "it needs 32 characters, a dash and a name");
        }
        for (int i = 0; i < HASH_PART_LENGTH; i++) {
            if (!NixBase32.isDigit(baseName.charAt(i))) {
                throw malformed(baseName, "character %d is not nixbase32".formatted(i + 1));
            }
        }
        int nameLength = baseName.length() - HASH_PART_LENGTH - 1;
        if (nameLength > MAX_NAME_LENGTH) {
            throw malformed(baseName, "its name has more than 211 characters");
        }
        for (int i = HASH_PART_LENGTH + 1; i < baseName.length(); i++) {
            if (!isNameCharacter(baseName.charAt(i))) {
                throw malformed(baseName, "character %d is not allowed in a name".formatted(i + 1));
            }
        }
        // Nix 2.34 and later refuse these, earlier ones do not: a name that a file system may
        // read as a way upwards is never needed.
        String name = baseName.substring(HASH_PART_LENGTH + 1);
        if (name.equals(".")
                || name.equals("..")
                || name.startsWith(".-")
                || name.startsWith("..-")) {
            throw malformed(baseName, "its name looks like '.' or '..'");
        }
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "+-._?=".indexOf(c) >= 0;
    }

    private static FormatException malformed(String baseName, String problem) {
        return new FormatException(
                "%s is not a store path: %s".formatted(FormatException.excerpt(baseName), problem));
    }

    /** The 32 characters that caches name their narinfo files by. */
    public String hashPart() {
        return baseName.substring(0, HASH_PART_LENGTH);
    }

    /** The part after the dash. */
    public String name() {
        return baseName.substring(HASH_PART_LENGTH + 1);
    }

    @Override
    public int compareTo(StorePath other) {
        int byDir = dir.path().compareTo(other.dir.path());
        return byDir != 0 ? byDir : baseName.compareTo(other.baseName);
    }

    /** The full path. */
    @Override
    public String toString() {
        return dir.path() + "/" + baseName;
    }
}
