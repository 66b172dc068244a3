package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Arrays;
import java.util.Base64;

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
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw new FormatException(
                    "signature %s has no key name".formatted(FormatException.excerpt(text)));
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    "signature %s is not base64".formatted(FormatException.excerpt(text)), e);
        }
        if (bytes.length != LENGTH) {
            throw new FormatException(
                    "signature %s has %d bytes, not 64"
                            .formatted(FormatException.excerpt(text), bytes.length));
        }
        return new Signature(text.substring(0, colon), bytes);
    }

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
        return keyName + ":" + Base64.getEncoder().encodeToString(bytes);
    }
}
