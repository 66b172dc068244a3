package io.nixfleet.nix.store;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;

/**
 * How a path's address was computed from its content: the narinfo field {@code CA}.
 *
 * @param method what was hashed
 * @param hash the hash of that
 */
public record ContentAddress(Method method, NixHash hash) {
    private static final int HASH_BYTES = 20;

    /** What a content address hashes, with the prefix that Nix writes. */
    public enum Method {
        /** A text file made by evaluation; always SHA-256. */
        TEXT("text:"),
        /** One file's bytes. */
        FLAT("fixed:"),
        /** The NAR. */
        NAR("fixed:r:"),
        /** The Git tree or blob object. */
        GIT("fixed:git:");

        private final String prefix;

        Method(String prefix) {
            this.prefix = prefix;
        }
    }

    public ContentAddress {
        if (method == Method.TEXT && hash.algorithm() != HashAlgorithm.SHA256) {
            throw new FormatException("a text content address is SHA-256, not " + hash);
        }
    }

    public static ContentAddress parse(String text) {
        Method method;
        if (text.startsWith(Method.TEXT.prefix)) {
            method = Method.TEXT;
        } else if (text.startsWith(Method.NAR.prefix)) {
            method = Method.NAR;
        } else if (text.startsWith(Method.GIT.prefix)) {
            method = Method.GIT;
        } else if (text.startsWith(Method.FLAT.prefix)) {
            method = Method.FLAT;
        } else {
            throw new FormatException(
                    "content address %s does not start with text: or fixed:"
                            .formatted(FormatException.excerpt(text)));
        }
        return new ContentAddress(method, NixHash.parse(text.substring(method.prefix.length())));
    }

    /**
     * Whether this is the address of {@code path} with these references, itself perhaps among them.
     * Says nothing of the content yet: whoever has it must compare its hash with {@link #hash()}.
     */
    public boolean addresses(StorePath path, Collection<StorePath> references) {
        return storePath(
                        path.dir(),
                        path.name(),
                        references.stream().filter(reference -> !reference.equals(path)).toList(),
                        references.contains(path))
                .filter(path::equals)
                .isPresent();
    }

    /**
     * Computes the path that content with this address has, the way Nix does.
     *
     * @param references the other paths that it refers to, in any order
     * @param selfReference whether it refers to itself too
     * @return empty where there is no such path: text and plain files do not refer to themselves,
     *     content hashed any other way than by its SHA-256 NAR refers to nothing, and Git trees are
     *     not recomputed here
     */
    public Optional<StorePath> storePath(
            StoreDir dir, String name, Collection<StorePath> references, boolean selfReference) {
        boolean refersToNothing = references.isEmpty() && !selfReference;
        return switch (method) {
            case TEXT ->
                    selfReference
                            ? Optional.empty()
                            : Optional.of(
                                    make(withReferences("text", references), hash, dir, name));
            case NAR -> {
                if (hash.algorithm() == HashAlgorithm.SHA256) {
                    String type = withReferences("source", references);
                    yield Optional.of(make(selfReference ? type + ":self" : type, hash, dir, name));
                }
                yield refersToNothing
                        ? Optional.of(fixedOutput("r:", dir, name))
                        : Optional.empty();
            }
            case FLAT ->
                    refersToNothing ? Optional.of(fixedOutput("", dir, name)) : Optional.empty();
            case GIT -> Optional.empty();
        };
    }

    private static String withReferences(String type, Collection<StorePath> references) {
        var text = new StringBuilder(type);
        references.stream().distinct().sorted().forEach(path -> text.append(':').append(path));
        return text.toString();
    }

    private StorePath fixedOutput(String prefix, StoreDir dir, String name) {
        return make("output:out", sha256("fixed:out:" + prefix + base16(hash) + ":"), dir, name);
    }

    private static StorePath make(String type, NixHash hash, StoreDir dir, String name) {
        byte[] digest = sha256(String.join(":", type, base16(hash), dir.path(), name)).digest();
        var folded = new byte[HASH_BYTES];
        for (int i = 0; i < digest.length; i++) {
            folded[i % HASH_BYTES] ^= digest[i];
        }
        return StorePath.ofBaseName(dir, NixBase32.encode(folded) + "-" + name);
    }

    private static String base16(NixHash hash) {
        return hash.algorithm().nixName() + ":" + hash.toBase16();
    }

    private static NixHash sha256(String text) {
        return NixHash.compute(HashAlgorithm.SHA256, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return method.prefix + hash;
    }
}
