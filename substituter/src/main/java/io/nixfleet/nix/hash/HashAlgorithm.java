package io.nixfleet.nix.hash;

import io.nixfleet.nix.encoding.FormatException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/** The hash algorithms that stable Nix knows. */
public enum HashAlgorithm {
    MD5(16, "MD5"),
    SHA1(20, "SHA-1"),
    SHA256(32, "SHA-256"),
    SHA512(64, "SHA-512");

    private final int digestLength;
    private final String jdkName;

    HashAlgorithm(int digestLength, String jdkName) {
        this.digestLength = digestLength;
        this.jdkName = jdkName;
    }

    /** Finds the algorithm by the name that Nix writes: {@code md5}, {@code sha1}, … */
    public static HashAlgorithm parse(String nixName) {
        for (HashAlgorithm algorithm : values()) {
            if (algorithm.nixName().equals(nixName)) {
                return algorithm;
            }
        }
        throw new FormatException(
                "unknown hash algorithm %s, expected md5, sha1, sha256 or sha512"
                        .formatted(FormatException.excerpt(nixName)));
    }

    public String nixName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The digest's length in bytes. */
    public int digestLength() {
        return digestLength;
    }

    public MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance(jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime lacks " + jdkName, e);
        }
    }
}
