package io.nixfleet.nix.encoding;

import java.util.Arrays;

/**
 * Nix's own base-32: the bytes as one little-endian integer, its base-32 digits written most
 * significant first, no padding. 20 bytes give 32 characters, 32 bytes give 52.
 *
 * @see <a href="https://nix.dev/manual/nix/latest/protocols/nix32">the format in the Nix manual</a>
 */
public final class NixBase32 {
    private static final String ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";
    private static final int NOT_A_DIGIT = -1;
    private static final byte[] VALUES = values();

    private NixBase32() {}

    private static byte[] values() {
        var values = new byte[128];
        Arrays.fill(values, (byte) NOT_A_DIGIT);
        for (int i = 0; i < ALPHABET.length(); i++) {
            values[ALPHABET.charAt(i)] = (byte) i;
        }
        return values;
    }

    /** The number of characters that {@code bytes} bytes take. */
    public static int encodedLength(int bytes) {
        return (bytes * 8 + 4) / 5;
    }

    /**
     * Whether {@code c} is one of the 32 digits (lower case only; e, o, t and u are not among
     * them).
     */
    public static boolean isDigit(char c) {
        return c < VALUES.length && VALUES[c] != NOT_A_DIGIT;
    }

    public static String encode(byte[] bytes) {
        int length = encodedLength(bytes.length);
        var text = new char[length];
        for (int digit = 0; digit < length; digit++) {
            int bit = digit * 5;
            int index = bit / 8;
            int shift = bit % 8;
            int value = (bytes[index] & 0xff) >>> shift;
            if (shift > 3 && index + 1 < bytes.length) {
                value |= (bytes[index + 1] & 0xff) << (8 - shift);
            }
            text[length - 1 - digit] = ALPHABET.charAt(value & 0x1f);
        }
        return new String(text);
    }

    /**
     * Decodes exactly {@code length} bytes.
     *
     * @throws FormatException when the text has another length, a character outside the alphabet,
     *     or sets bits beyond the last byte
     */
    public static byte[] decode(String text, int length) {
        if (text.length() != encodedLength(length)) {
            throw new FormatException(
                    "expected %d nixbase32 characters but found %d: %s"
                            .formatted(
                                    encodedLength(length),
                                    text.length(),
                                    FormatException.excerpt(text)));
        }
        var bytes = new byte[length];
        for (int digit = 0; digit < text.length(); digit++) {
            char c = text.charAt(text.length() - 1 - digit);
            if (!isDigit(c)) {
                throw new FormatException(
                        "character %d is not a nixbase32 digit: %s"
                                .formatted(text.length() - digit, FormatException.excerpt(text)));
            }
            int value = VALUES[c];
            int bit = digit * 5;
            int index = bit / 8;
            int shift = bit % 8;
            bytes[index] |= (byte) (value << shift);
            int carry = value >>> (8 - shift);
            if (carry != 0) {
                if (index + 1 == length) {
                    throw new FormatException(
                            "nixbase32 text stands for more than %d bytes: %s"
                                    .formatted(length, FormatException.excerpt(text)));
                }
                bytes[index + 1] |= (byte) carry;
            }
        }
        return bytes;
    }
}
