package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.nix.compression.Decompressors;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What caches are granted: the same for the daemon, {@code fetch} and {@code plan}. */
final class CacheFlags {
    private static final int LEAST_WINDOW = 8;

    /** The heap is made for that. */
    private static final int WIDEST_WINDOW = 64;

    @Option(
            names = "--trusted-public-keys-file",
            paramLabel = "FILE",
            description =
                    "Trust the keys in FILE, too: parted by blanks or lines, # begins a comment."
                            + " Repeatable; read for each fetch.")
    private List<Path> trustedKeysFiles = new ArrayList<>();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_TOKEN_FILE}",
            description =
                    "A bearer token for the caches named by options; read for each fetch."
                            + " Variable: NIXFLEET_TOKEN_FILE.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--allow-trusted-caches",
            defaultValue = "${env:NIXFLEET_ALLOW_TRUSTED_CACHES:-false}",
            fallbackValue = "true",
            arity = "0..1",
            paramLabel = "BOOL",
            description =
                    "Let ?trusted=1 in a cache's URL count: what it serves is taken unsigned."
                            + " Variable: NIXFLEET_ALLOW_TRUSTED_CACHES.")
    private String allowTrusted = "false";

    @Option(
            names = "--max-window",
            paramLabel = "MIB",
            defaultValue = "${env:NIXFLEET_MAX_WINDOW:-32}",
            description =
                    "Memory that the decompressor of one NAR may take, 8 to 64 MiB; 'xz -9'"
                            + " needs 64. Variable: NIXFLEET_MAX_WINDOW. Default: 32.")
    private int maxWindow = Decompressors.DEFAULT_WIDEST_MEBIBYTES;

    /**
     * @param tokenOverHttp whether the token may go where others can read it
     * @throws UsageException for a variable that is neither true nor false, or a window out of
     *     bounds
     */
    CacheSettings settings(List<URI> extraCaches, boolean tokenOverHttp) {
        return new CacheSettings(
                extraCaches,
                trustedKeysFiles,
                FlagValues.file(tokenFile),
                tokenOverHttp,
                FlagValues.truth("--allow-trusted-caches", allowTrusted),
                FlagValues.within("--max-window", maxWindow, LEAST_WINDOW, WIDEST_WINDOW));
    }
}
