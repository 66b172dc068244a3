package io.nixfleet.nix.signature;

import io.nixfleet.nix.encoding.FormatException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * A signing key: {@code name:base64(seed ‖ public key)}, as {@code nix-store
 * --generate-binary-cache-key} writes it. Never shows itself in text. Immutable.
 */
public final class SecretKey {
    private static final int LENGTH = Ed25519.SECRET_KEY_SIZE + Ed25519.PUBLIC_KEY_SIZE;

    private final PublicKey publicKey;
    private final byte[] seed;

    private SecretKey(PublicKey publicKey, byte[] seed) {
        this.publicKey = publicKey;
        this.seed = seed;
    }

    /**
     * Reads {@code name:base64}.
     *
     * @throws FormatException when a part is missing, the length is wrong, or the public half does
     *     not belong to the seed; the message never shows the key
     */
    public static SecretKey parse(String text) {
        var parts = NamedKeyText.parse("secret key", "(not shown)", text, LENGTH);
        byte[] seed = Arrays.copyOf(parts.bytes(), Ed25519.SECRET_KEY_SIZE);
        var key = ofSeed(parts.name(), seed);
        byte[] publicHalf =
                Arrays.copyOfRange(parts.bytes(), Ed25519.SECRET_KEY_SIZE, parts.bytes().length);
        if (!key.publicKey.equals(PublicKey.of(parts.name(), publicHalf))) {
            throw new FormatException(
                    "secret key (not shown) named %s holds a public half of another key"
                            .formatted(FormatException.excerpt(parts.name())));
        }
        return key;
    }

    /**
     * Makes a new key.
     *
     * @param random a {@link java.security.SecureRandom}, except in tests
     */
    public static SecretKey generate(String name, RandomGenerator random) {
        if (!NamedKeyText.isName(name)) {
            throw new FormatException(
                    "%s cannot name a key: use visible characters other than a colon"
                            .formatted(FormatException.excerpt(name)));
        }
        var seed = new byte[Ed25519.SECRET_KEY_SIZE];
        random.nextBytes(seed);
        return ofSeed(name, seed);
    }

    private static SecretKey ofSeed(String name, byte[] seed) {
        var publicBytes = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, publicBytes, 0);
        return new SecretKey(PublicKey.of(name, publicBytes), seed);
    }

    public PublicKey publicKey() {
        return publicKey;
    }

    public Signature sign(Fingerprint fingerprint) {
        byte[] message = fingerprint.bytes();
        var signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
        return new Signature(publicKey.name(), signature);
    }

    /** {@code ***}: a secret does not end in a log by accident. */
    @Override
    public String toString() {
        return "***";
    }
}
