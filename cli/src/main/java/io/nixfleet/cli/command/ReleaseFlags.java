package io.nixfleet.cli.command;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is released, and how it gets to a cache. */
final class ReleaseFlags {
    @Option(
            names = "--flake",
            paramLabel = "REF",
            defaultValue = ".",
            description = "The flake with the fleet's nixosConfigurations. Default: . (here).")
    String flake = ".";

    @Option(
            names = "--hosts",
            paramLabel = "HOST",
            split = ",",
            description =
                    "Only these hosts: names, in which * stands for any characters, parted by"
                            + " commas. Repeatable.")
    List<String> hosts = new ArrayList<>();

    @Option(
            names = "--max-jobs",
            paramLabel = "N",
            description =
                    "How many hosts are evaluated, and how many derivations built, at once, 1 to"
                            + " 64; else two, and what nix.conf says.")
    @Nullable Integer maxJobs;

    @Option(
            names = "--push-to",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_PUSH_TO}",
            description =
                    "Copy each system there with 'nix copy': ssh://host, s3://bucket, file:///dir,"
                            + " http://cache. Variable: NIXFLEET_PUSH_TO.")
    @Nullable URI pushTo;

    @Option(
            names = {"--push-hook", "--hook-push-cmd"},
            paramLabel = "COMMAND",
            defaultValue = "${env:NIXFLEET_PUSH_HOOK}",
            description =
                    "Run COMMAND in a shell for each system, {} in it replaced by the system's"
                            + " path: on the host of --push-to ssh://host, else here; the file's"
                            + " push-to is left out then. Variable: NIXFLEET_PUSH_HOOK.")
    @Nullable String hook;

    @Option(names = "--hook", description = "Use the push hook of the fleet's file, and its cache.")
    boolean hookOfFile;

    @Option(
            names = {"--cache-url", "--hook-url"},
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CACHE_URL}",
            description =
                    "Where hosts fetch the release from, in place of the file's or of a --push-to"
                            + " that is file:// or http. Variable: NIXFLEET_CACHE_URL.")
    @Nullable URI cacheUrl;

    @Option(
            names = "--no-verify",
            description =
                    "Do not look whether the cache has each system whole, and signed by a trusted"
                            + " key.")
    boolean noVerify;

    @Option(
            names = "--air-gapped",
            description =
                    "Hosts have the cache only: what just the substituters of this machine's"
                            + " nix.conf have is refused.")
    boolean airGapped;

    @Option(
            names = "--trusted-public-key",
            paramLabel = "NAME:KEY",
            description =
                    "A key that hosts trust, besides those of the fleet's file and of this"
                            + " machine's nix.conf. Repeatable.")
    List<String> trustedPublicKeys = new ArrayList<>();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_TOKEN_FILE}",
            description =
                    "A bearer token for the cache, to look into it. Variable:"
                            + " NIXFLEET_TOKEN_FILE.")
    @Nullable Path tokenFile;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Write the release to FILE, as JSON, for 'deploy --direct'. Without a control"
                            + " plane it is not registered then.")
    @Nullable Path out;

    @Option(
            names = "--eval-only",
            description = "Evaluate only: the cache has the systems already. Nothing is pushed.")
    boolean evalOnly;

    @Option(
            names = "--dry-run",
            description = "Build and show the release; push and register nothing.")
    boolean dryRun;

    @Option(
            names = "--allow-dirty",
            description = "Release a tree with changes that are not committed.")
    boolean allowDirty;
}
