package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.WireWriter;
import io.nixfleet.substituter.daemon.wire.WorkerOperation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that we ask a daemon for: nothing that we do may substitute or build, and signatures
 * by our keys count beside those by its own. The latter is granted to trusted users only, and just
 * ahead of a connection's first check of a signature.
 *
 * @param extraTrustedKeys {@code name:base64}
 */
record ClientOptions(List<String> extraTrustedKeys) {
    private static final long ERRORS_ONLY = 0;
    private static final long NOT_VERBOSE_BUILD = 7;

    ClientOptions {
        extraTrustedKeys = List.copyOf(extraTrustedKeys);
    }

    void write(WireWriter out) throws IOException {
        Map<String, String> overrides = new TreeMap<>();
        overrides.put("substituters", "");
        if (!extraTrustedKeys.isEmpty()) {
            overrides.put("extra-trusted-public-keys", String.join(" ", extraTrustedKeys));
        }
        out.operation(WorkerOperation.SET_OPTIONS)
                .bool(false) // keep failed builds
                .bool(false) // keep going
                .bool(false) // try fallback
                .u64(ERRORS_ONLY)
                .u64(1) // build jobs
                .u64(0) // silent time
                .u64(1) // obsolete
                .u64(NOT_VERBOSE_BUILD)
                .u64(0) // obsolete
                .u64(0) // obsolete
                .u64(0) // build cores
                .bool(false) // use substitutes
                .u64(overrides.size());
        for (var override : overrides.entrySet()) {
            out.string(override.getKey()).string(override.getValue());
        }
    }
}
