package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.cache.http.Proxies;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How caches are reached. Immutable; made by a builder whose defaults suit a host of a fleet. */
public final class CacheOptions {
    private final StoreDir storeDir;
    private final CacheLimits limits;
    private final RetryPolicy retryPolicy;
    private final RandomGenerator random;
    private final Netrc netrc;
    private final List<Path> extraCaFiles;
    private final String userAgent;
    private final Proxies proxies;
    private final CacheListener listener;
    private final Decompressors decompressors;
    private final Optional<Vertx> vertx;

    private CacheOptions(Builder builder) {
        this.storeDir = builder.storeDir;
        this.limits = builder.limits;
        this.retryPolicy = builder.retryPolicy;
        this.random = builder.random;
        this.netrc = builder.netrc;
        this.extraCaFiles = List.copyOf(builder.extraCaFiles);
        this.userAgent = builder.userAgent;
        this.proxies = builder.proxies;
        this.listener = builder.listener;
        this.decompressors = builder.decompressors;
        this.vertx = builder.vertx;
    }

    public static Builder builder() {
        return new Builder();
    }

    StoreDir storeDir() {
        return storeDir;
    }

    CacheLimits limits() {
        return limits;
    }

    RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    RandomGenerator random() {
        return random;
    }

    Netrc netrc() {
        return netrc;
    }

    List<Path> extraCaFiles() {
        return extraCaFiles;
    }

    String userAgent() {
        return userAgent;
    }

    Proxies proxies() {
        return proxies;
    }

    CacheListener listener() {
        return listener;
    }

    Decompressors decompressors() {
        return decompressors;
    }

    Optional<Vertx> vertx() {
        return vertx;
    }

    /** Collects options; whatever is not set keeps its default. */
    public static final class Builder {
        private StoreDir storeDir = StoreDir.NIX_STORE;
        private CacheLimits limits = CacheLimits.DEFAULT;
        private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
        private RandomGenerator random = RandomGenerator.getDefault();
        private Netrc netrc = Netrc.EMPTY;
        private final List<Path> extraCaFiles = new ArrayList<>();
        private String userAgent = "nixfleet";
        private Proxies proxies = Proxies.NONE;
        private CacheListener listener = CacheListener.NONE;
        private Decompressors decompressors = new Decompressors();
        private Optional<Vertx> vertx = Optional.empty();

        private Builder() {}

        /** The store directory that caches must be for; {@code /nix/store} by default. */
        public Builder storeDir(StoreDir value) {
            storeDir = value;
            return this;
        }

        public Builder limits(CacheLimits value) {
            limits = value;
            return this;
        }

        public Builder retryPolicy(RetryPolicy value) {
            retryPolicy = value;
            return this;
        }

        /** Where jitter comes from; must be safe for use by many threads. */
        public Builder random(RandomGenerator value) {
            random = value;
            return this;
        }

        /** Logins by host; one in a cache's URL goes before them. */
        public Builder netrc(Netrc value) {
            netrc = value;
            return this;
        }

        /** Certificate authorities in PEM to trust besides the system's. */
        public Builder addCaFile(Path value) {
            extraCaFiles.add(value);
            return this;
        }

        public Builder userAgent(String value) {
            userAgent = value;
            return this;
        }

        /** Which proxies to go through; none by default. */
        public Builder proxies(Proxies value) {
            proxies = value;
            return this;
        }

        public Builder listener(CacheListener value) {
            listener = value;
            return this;
        }

        /** Whose memory NARs and Content-Encodings are decoded with. */
        public Builder decompressors(Decompressors value) {
            decompressors = value;
            return this;
        }

        /**
         * Whose event loop carries HTTP; its owner closes it, after the caches. By default one is
         * opened with the first HTTP cache, which takes some tens of milliseconds.
         */
        public Builder vertx(Vertx value) {
            vertx = Optional.of(value);
            return this;
        }

        public CacheOptions build() {
            return new CacheOptions(this);
        }
    }
}
