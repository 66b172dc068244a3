package io.nixfleet.agent.fetch;

import io.nixfleet.nix.compression.Decompressors;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the operator says of caches, besides their URLs, nix.conf and netrc. The files are read
 * again for each fetch.
 *
 * @param extraCaches asked besides a deployment's own
 * @param trustedKeysFiles files of public keys
 * @param tokenFile a file that holds a bearer token for the caches that the operator named
 * @param tokenOverHttp whether it may be sent where others can read it
 * @param allowTrusted whether {@code ?trusted=1} in a cache's URL counts
 * @param maxWindowMebibytes what the decompressor of one NAR may take
 */
public record CacheSettings(
        List<URI> extraCaches,
        List<Path> trustedKeysFiles,
        Optional<Path> tokenFile,
        boolean tokenOverHttp,
        boolean allowTrusted,
        int maxWindowMebibytes) {
    public static final CacheSettings NONE =
            new CacheSettings(
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    false,
                    false,
                    Decompressors.DEFAULT_WIDEST_MEBIBYTES);

    public CacheSettings {
        extraCaches = List.copyOf(extraCaches);
        trustedKeysFiles = List.copyOf(trustedKeysFiles);
    }
}
