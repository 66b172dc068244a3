package io.nixfleet.testing.controlplane;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The kinds of keys that certificates have. */
public enum KeyKind {
    EC_P256("EC", 256),
    RSA_2048("RSA", 2048),
    ED25519("Ed25519", 255);

    private static final int SPARE_KEYS = 4;
    private static final Map<KeyKind, List<KeyPair>> MADE = new EnumMap<>(KeyKind.class);

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
            List<KeyPair> pairs = MADE.computeIfAbsent(this, _ -> new ArrayList<>());
            int wanted = index % SPARE_KEYS;
            while (pairs.size() <= wanted) {
                pairs.add(generate());
            }
            return pairs.get(wanted);
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
