package io.nixfleet.nix.narinfo;

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

    @Override
    public String toString() {
        return "%s (%s)".formatted(info().path(), trust);
    }
}
