package io.nixfleet.nix.nar;

import io.nixfleet.nix.encoding.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** What reader and writer demand of an archive beyond its syntax, after Nix 2.34. */
final class NarRules {
    /** How many nodes may lie within one another. */
    static final int MAX_DEPTH = 64;

    static final int MAX_NAME = 255;
    static final int MAX_TARGET = 4095;
    static final int MAX_TAG = 32;

    /** Strings are padded with zeros to a multiple of this. */
    static final int ALIGNMENT = 8;

    /** Less than every name. */
    static final byte[] NO_NAME = {};

    private NarRules() {}

    /** The number of zeros after a string of this length. */
    static int padding(long length) {
        return (int) (-length & (ALIGNMENT - 1));
    }

    /**
     * What is wrong with the name of an entry, if anything.
     *
     * @param previous the name before it in its directory, {@link #NO_NAME} if it is the first
     */
    static Optional<String> nameProblem(byte[] name, byte[] previous) {
        if (name.length == 0) {
            return Optional.of("the name of an entry is empty");
        }
        if (name.length > MAX_NAME) {
            return Optional.of("the name of an entry has more than 255 bytes");
        }
        boolean dots = name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
        if (dots || contains(name, '/') || contains(name, 0)) {
            return Optional.of("an entry cannot be named " + show(name));
        }
        int order = Arrays.compareUnsigned(previous, name);
        if (order == 0) {
            return Optional.of("two entries are named " + show(name));
        }
        return order < 0
                ? Optional.empty()
                : Optional.of(
                        "entry %s comes after %s, out of order"
                                .formatted(show(name), show(previous)));
    }

    /** What is wrong with the target of a symbolic link, if anything. */
    static Optional<String> targetProblem(byte[] target) {
        if (target.length == 0) {
            return Optional.of("the target of a symbolic link is empty");
        }
        if (target.length > MAX_TARGET) {
            return Optional.of("the target of a symbolic link has more than 4095 bytes");
        }
        return contains(target, 0)
                ? Optional.of("the target of a symbolic link has a NUL: " + show(target))
                : Optional.empty();
    }

    static String show(byte[] text) {
        return FormatException.excerpt(new String(text, StandardCharsets.UTF_8));
    }

    private static boolean contains(byte[] text, int value) {
        for (byte b : text) {
            if (b == value) {
                return true;
            }
        }
        return false;
    }
}
