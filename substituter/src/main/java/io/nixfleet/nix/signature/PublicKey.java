package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The public half of a signing key: {@code name:base64(32 bytes)}, as in nix.conf's {@code
 * trusted-public-keys}. Immutable.
 */
public final class PublicKey {
    private final String name;
    private final byte[] bytes;

    /** The key as a point of the curve, so that it is decoded once and not at each signature. */
    private final Ed25519.PublicPoint point;

    private PublicKey(String name, byte[] bytes) {
        Ed25519.PublicPoint decoded = Ed25519.validatePublicKeyPartialExport(bytes, 0);
        if (decoded == null) {
            throw new FormatException(
                    "public key %s is not an Ed25519 key; check that it was copied whole"
                            .formatted(FormatException.excerpt(NamedKeyText.format(name, bytes))));
        }
        this.name = name;
        this.bytes = bytes;
        this.point = decoded;
    }

    /**
     * Reads {@code name:base64}; missing base64 padding is tolerated, as Nix does.
     *
     * @throws FormatException when a part is missing, the length is wrong, or the bytes are no key
     */
    public static PublicKey parse(String text) {
        // The name alone: who pasted the secret key by mistake must not find it in a log.
        int colon = text.indexOf(':');
        String shown = FormatException.excerpt(colon < 0 ? text : text.substring(0, colon));
        var parts = NamedKeyText.parse("public key", shown, text, Ed25519.PUBLIC_KEY_SIZE);
        return new PublicKey(parts.name(), parts.bytes());
    }

    static PublicKey of(String name, byte[] bytes) {
        return new PublicKey(name, bytes);
    }

    /** The name that signatures carry. */
    public String name() {
        return name;
    }

    /**
     * Whether this key made the signature of the fingerprint; the signature's name is not asked.
     */
    public boolean verifies(Fingerprint fingerprint, Signature signature) {
        byte[] message = fingerprint.bytes();
        return Ed25519.verify(signature.bytes(), 0, point, message, 0, message.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that
                && name.equals(that.name)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** {@code name:base64}, padded. */
    @Override
    public String toString() {
        return NamedKeyText.format(name, bytes);
    }
}
