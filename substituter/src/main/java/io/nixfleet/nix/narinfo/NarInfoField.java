package io.nixfleet.nix.narinfo;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The fields of a narinfo that mean something to us, in the order in which Nix writes them. */
enum NarInfoField {
    STORE_PATH("StorePath"),
    URL("URL"),
    COMPRESSION("Compression"),
    FILE_HASH("FileHash"),
    FILE_SIZE("FileSize"),
    NAR_HASH("NarHash"),
    NAR_SIZE("NarSize"),
    REFERENCES("References"),
    DERIVER("Deriver"),
    SIG("Sig"),
    CA("CA");

    private static final Map<String, NarInfoField> BY_KEY =
            Arrays.stream(values())
                    .collect(Collectors.toUnmodifiableMap(NarInfoField::key, Function.identity()));

    private final String key;

    NarInfoField(String key) {
        this.key = key;
    }

    /** The key as it is written. */
    String key() {
        return key;
    }

    /** Whether a narinfo may have more than one. */
    boolean repeats() {
        return this == SIG;
    }

    static Optional<NarInfoField> find(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }
}
