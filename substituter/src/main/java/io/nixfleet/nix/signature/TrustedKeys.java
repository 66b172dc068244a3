package io.nixfleet.nix.signature;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The public keys whose signatures are believed, by name. Immutable. */
public final class TrustedKeys {
    /**
     * How many signatures of one path are tried. Each costs a good part of a millisecond, and
     * whoever writes a narinfo can put thousands in it under a trusted name.
     */
    private static final int MAX_TRIED = 32;

    private final Map<String, PublicKey> keys;

    private TrustedKeys(Map<String, PublicKey> keys) {
        this.keys = keys;
    }

    /** Collects keys; of several with one name the first counts, as in Nix. */
    public static TrustedKeys of(Collection<PublicKey> keys) {
        var byName = new LinkedHashMap<String, PublicKey>();
        for (PublicKey key : keys) {
            byName.putIfAbsent(key.name(), key);
        }
        return new TrustedKeys(Collections.unmodifiableMap(byName));
    }

    /**
     * Reads keys of the form {@code name:base64}.
     *
     * @throws io.nixfleet.nix.encoding.FormatException for the first that is malformed
     */
    public static TrustedKeys parse(Collection<String> texts) {
        return of(texts.stream().map(PublicKey::parse).toList());
    }

    /** The names, in the order in which the keys were given. */
    public Set<String> names() {
        return keys.keySet();
    }

    /**
     * Finds a trusted key that signed.
     *
     * @return the name of the key of the first signature that verifies; signatures by other names
     *     are passed over, and no more than 32 by trusted names are tried
     */
    public Optional<String> findSigner(Fingerprint fingerprint, List<Signature> signatures) {
        return signatures.stream()
                .filter(signature -> keys.containsKey(signature.keyName()))
                .distinct()
                .limit(MAX_TRIED)
                .filter(signature -> verifies(fingerprint, signature))
                .map(Signature::keyName)
                .findFirst();
    }

    private boolean verifies(Fingerprint fingerprint, Signature signature) {
        PublicKey key = keys.get(signature.keyName());
        return key != null && key.verifies(fingerprint, signature);
    }

    /** The names: what messages need. */
    @Override
    public String toString() {
        return "trusted keys " + names();
    }
}
