package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.narinfo.VerifiedNarInfo;
import io.nixfleet.nix.store.StorePath;
import java.util.List;

/** A path that the store lacks, with the trusted narinfo of the cache that it will come from. */
public final class PlannedPath {
    private final VerifiedNarInfo verified;
    private final GuardedCache source;

    PlannedPath(VerifiedNarInfo verified, GuardedCache source) {
        this.verified = verified;
        this.source = source;
    }

    public StorePath path() {
        return info().path();
    }

    public NarInfo narInfo() {
        return verified.narInfo();
    }

    public PathInfo info() {
        return verified.narInfo().info();
    }

    /** The name of the cache that it will come from. */
    public String cache() {
        return source.name();
    }

    /** Its references, itself aside. */
    List<StorePath> dependencies() {
        StorePath self = path();
        return info().references().stream().filter(reference -> !reference.equals(self)).toList();
    }

    VerifiedNarInfo verified() {
        return verified;
    }

    GuardedCache source() {
        return source;
    }
}
