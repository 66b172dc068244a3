package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.store.StorePath;
import java.util.function.UnaryOperator;

/** A narinfo that may be acted upon. Only {@link NarInfoVerifier} makes one. Immutable. */
public final class VerifiedNarInfo {
    private final NarInfo narInfo;
    private final Trust trust;

    VerifiedNarInfo(NarInfo narInfo, Trust trust) {
        this.narInfo = narInfo;
        this.trust = trust;
    }

    /**
     * The narinfo. Only what identifies the content is vouched for: path, NAR hash, NAR size and
     * references. URL, compression, file hash and size, deriver and system are still the cache's
     * word.
     */
    public NarInfo narInfo() {
        return narInfo;
    }

    /** What the path is. */
    public PathInfo info() {
        return narInfo.info();
    }

    /** Why it is believed. */
    public Trust trust() {
        return trust;
    }

    /**
     * The same, with an equal instance in place of each reference: narinfos of one closure name the
     * same paths again and again, and keep them only once that way.
     */
    public VerifiedNarInfo sharing(UnaryOperator<StorePath> instances) {
        PathInfo info = narInfo.info();
        var shared =
                new PathInfo(
                        info.path(),
                        info.deriver(),
                        info.narHash(),
                        info.narSize(),
                        info.references().stream().map(instances).toList(),
                        info.signatures(),
                        info.contentAddress());
        return new VerifiedNarInfo(
                new NarInfo(
                        shared,
                        narInfo.url(),
                        narInfo.compression(),
                        narInfo.fileHash(),
                        narInfo.fileSize()),
                trust);
    }

    @Override
    public String toString() {
        return "%s (%s)".formatted(info().path(), trust);
    }
}
