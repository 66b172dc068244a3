package io.nixfleet.substituter.cache;

import io.nixfleet.substituter.cache.credentials.Credentials;
import java.util.Optional;

/**
 * What the operator grants one cache besides its URL.
 *
 * @param credentials go before those of the URL and of netrc, to the cache's own origin only
 * @param mayBeTrusted whether {@code ?trusted=1} in its URL counts
 */
public record CacheTerms(Optional<Credentials> credentials, boolean mayBeTrusted) {
    /** Neither. */
    public static final CacheTerms NONE = new CacheTerms(Optional.empty(), false);

    public static CacheTerms of(Credentials credentials) {
        return new CacheTerms(Optional.of(credentials), false);
    }
}
