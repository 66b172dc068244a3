package io.nixfleet.agent.cli;

import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that {@code fetch} and {@code plan} share. */
final class FetchOptions {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "URL",
            description =
                    "A cache to fetch from: http://, https:// or file://, or, by way of 'nix copy',"
                            + " ssh://, ssh-ng:// or s3://. Repeatable: asked by priority,"
                            + " then in this order.")
    List<URI> caches = List.of();

    @Option(
            names = "--store",
            paramLabel = "STORE",
            defaultValue = "auto",
            description =
                    "Which store takes the paths: auto (the Nix daemon's socket if there is one,"
                        + " else nix-daemon --stdio), daemon, unix:/socket, /dir or local?root=/dir"
                        + " (a chroot store), or unpack:/dir (verified and unpacked below"
                        + " /dir/nix/store, needs no Nix). Default: auto.")
    String store = "auto";

    @Option(
            names = "--trusted-public-key",
            paramLabel = "NAME:KEY",
            description =
                    "A key whose signatures are trusted, besides nix.conf's trusted-public-keys."
                            + " Repeatable.")
    List<String> trustedPublicKeys = List.of();

    @Option(
            names = "--netrc-file",
            paramLabel = "FILE",
            description = "Credentials for caches. Default: nix.conf's netrc-file.")
    @Nullable Path netrcFile;

    @Mixin CacheFlags access = new CacheFlags();

    @Option(
            names = "--allow-insecure",
            description =
                    "Send the token of --token-file over http://, too, where others could read it.")
    boolean allowInsecure;

    @Option(
            names = "--no-fallback",
            description = "Never ask Nix's own substituters for paths that the caches lack.")
    boolean noFallback;

    @Option(
            names = "--air-gapped",
            description =
                    "There are only the caches named here: as --no-fallback, and 'plan' looks for"
                            + " the whole closure there, whatever the store has already.")
    boolean airGapped;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Option(names = "--quiet", description = "Print nothing but errors.")
    boolean quiet;

    @Parameters(
            paramLabel = "STORE_PATH",
            arity = "1..*",
            description = "The paths to make valid, with all that they refer to.")
    List<StorePath> roots = List.of();
}
