package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.narinfo.PathInfo;

/** What importing a path takes, for the order of a fetch. */
final class ImportCost {
    /** What a path costs besides its bytes, in bytes that could be imported in that time. */
    private static final long PER_PATH = 256 * 1024;

    private ImportCost() {}

    static long of(PathInfo info) {
        return PER_PATH + info.narSize();
    }
}
