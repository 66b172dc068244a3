package io.nixfleet.agent.nix;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the host's Nix configuration that a fetch needs, as Nix itself resolves it from
 * nix.conf, its includes, the user's file and {@code NIX_CONFIG}.
 *
 * @param trustedPublicKeys {@code trusted-public-keys}, each {@code name:base64}
 * @param netrcFile {@code netrc-file}; it need not exist
 * @param substituters {@code substituters}, the URLs of caches
 */
public record NixConfig(
        List<String> trustedPublicKeys, Optional<Path> netrcFile, List<String> substituters) {
    /** The configuration of a host without Nix. */
    public static final NixConfig NONE = new NixConfig(List.of(), Optional.empty(), List.of());

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int OUTPUT_LIMIT = 4 << 20;

    public NixConfig {
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
        substituters = List.copyOf(substituters);
    }

    /**
     * What a host's configuration probably is, as far as can be told without asking Nix: nobody is
     * trusted, and logins are where Nix has them by default.
     *
     * @param environment the process's
     */
    public static NixConfig assumed(Map<String, String> environment) {
        String directory = environment.getOrDefault("NIX_CONF_DIR", "");
        return new NixConfig(
                List.of(),
                Optional.of(Path.of(directory.isEmpty() ? "/etc/nix" : directory, "netrc")),
                List.of());
    }

    /**
     * Asks the {@code nix} on the PATH. Every version from 2.8 on understands {@code show-config};
     * should a later one drop the old name, {@code config show} is tried.
     *
     * @throws IOException when there is no such command, or it fails
     */
    public static NixConfig read(ProcessRunner runner) throws IOException, InterruptedException {
        return read(runner, Map.of());
    }

    /**
     * As {@link #read(ProcessRunner)}.
     *
     * @param environment added to this process's own, such as another PATH
     */
    public static NixConfig read(ProcessRunner runner, Map<String, String> environment)
            throws IOException, InterruptedException {
        return read(runner, environment, LIMIT);
    }

    /**
     * As {@link #read(ProcessRunner, Map)}.
     *
     * @param limit for each command
     */
    public static NixConfig read(
            ProcessRunner runner, Map<String, String> environment, Duration limit)
            throws IOException, InterruptedException {
        ProcessRunner.Result result = show(runner, environment, List.of("show-config"), limit);
        if (result.exitCode() != 0) {
            ProcessRunner.Result newer =
                    show(runner, environment, List.of("config", "show"), limit);
            if (newer.exitCode() != 0) {
                throw new IOException(
                        "'nix show-config' failed with exit code %d: %s"
                                .formatted(result.exitCode(), result.stderr().strip()));
            }
            result = newer;
        }
        return parse(result.stdout());
    }

    private static ProcessRunner.Result show(
            ProcessRunner runner,
            Map<String, String> environment,
            List<String> subcommand,
            Duration limit)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.addAll(List.of("nix", "--extra-experimental-features", "nix-command"));
        command.addAll(subcommand);
        command.add("--json");
        return runner.run(command, environment, limit, OUTPUT_LIMIT);
    }

    /** Reads what {@code nix show-config --json} printed. */
    public static NixConfig parse(String json) throws IOException {
        JsonNode settings;
        try {
            settings = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IOException("'nix show-config --json' did not print JSON", e);
        }
        String netrc = settings.path("netrc-file").path("value").asText("");
        return new NixConfig(
                texts(settings, "trusted-public-keys"),
                netrc.isEmpty() ? Optional.empty() : Optional.of(Path.of(netrc)),
                texts(settings, "substituters"));
    }

    private static List<String> texts(JsonNode settings, String name) {
        var texts = new ArrayList<String>();
        settings.path(name).path("value").forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
