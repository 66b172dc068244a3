package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Arrays;

/** An Ed25519 signature under a key's name: {@code name:base64(64 bytes)}. Immutable. */
public final class Signature {
    private static final int LENGTH = 64;

    private final String keyName;
    private final byte[] bytes;

    Signature(String keyName, byte[] bytes) {
        this.keyName = keyName;
        this.bytes = bytes;
    }

    /**
     * Reads a signature; missing base64 padding is tolerated, as Nix does.
     *
     * @throws FormatException also for a length other than 64 bytes: Nix fails a whole import over
     *     one such signature, so it must never be passed on
     */
    public static Signature parse(String text) {
        var parts = NamedKeyText.parse("signature", FormatException.excerpt(text), text, LENGTH);
        return new Signature(parts.name(), parts.bytes());
    }

    /** The name of the key that is said to have made it. */
    public String keyName() {
        return keyName;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature that
                && keyName.equals(that.keyName)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@code name:base64}, padded. */
    @Override
    public String toString() {
        return NamedKeyText.format(keyName, bytes);
    }
}
