package io.nixfleet.testing.controlplane;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** The kinds of keys that certificates have. */
public enum KeyKind {
    EC_P256("EC", 256),
    RSA_2048("RSA", 2048),
    ED25519("Ed25519", 255);

    private static final int SPARE_KEYS = 4;
    private static final Map<KeyKind, Map<Integer, KeyPair>> MADE = new EnumMap<>(KeyKind.class);

    private final String algorithm;
    private final int bits;

    KeyKind(String algorithm, int bits) {
        this.algorithm = algorithm;
        this.bits = bits;
    }

    /**
     * A key pair: one of few that this process makes, since RSA keys are slow to find.
     *
     * @param index which; another index gives another key
     */
    KeyPair keyPair(int index) {
        synchronized (MADE) {
            return MADE.computeIfAbsent(this, _ -> new HashMap<>())
                    .computeIfAbsent(index % SPARE_KEYS, _ -> generate());
        }
    }

    private KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
