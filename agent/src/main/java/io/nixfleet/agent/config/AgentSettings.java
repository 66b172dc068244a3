package io.nixfleet.agent.config;

import io.nixfleet.agent.fetch.CacheSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the daemon was told, checked.
 *
 * @param controlPlane its base URL
 * @param machineId as the control plane knows this host, the CN of its certificate
 * @param reporting what is sent and how often
 * @param cacheUrl asked for deployments that name no cache
 * @param trustedPublicKeys besides those of nix.conf
 * @param netrc in place of nix.conf's
 * @param caches what caches are granted, and further ones
 * @param store see {@code fetch --store}
 * @param database state on disk
 * @param dryRun fetch, but never apply
 * @param tls of calls to the control plane
 * @param healthConfig the file of health checks
 * @param metricsPort of metrics and status, on all addresses
 * @param socket where the local commands reach the agent
 */
public record AgentSettings(
        URI controlPlane,
        String machineId,
        Polling polling,
        Reporting reporting,
        Optional<URI> cacheUrl,
        List<String> trustedPublicKeys,
        Optional<Path> netrc,
        CacheSettings caches,
        String store,
        Path database,
        boolean dryRun,
        boolean allowInsecure,
        Tls tls,
        Path healthConfig,
        Applying applying,
        OptionalInt metricsPort,
        Optional<Push> push,
        Path socket) {
    public AgentSettings {
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
    }

    /** Times between polls: after an answer, and after a failure. */
    public record Polling(Duration interval, Duration retry) {}

    public record Reporting(Duration healthInterval, List<String> tags) {
        public Reporting {
            tags = List.copyOf(tags);
        }
    }

    /** PEM files; certificate and key come together. */
    public record Tls(Optional<Path> authority, Optional<Path> certificate, Optional<Path> key) {}

    /**
     * How a system is applied and judged.
     *
     * @param settle from the switch's end to the first health checks
     * @param verify how long checks may fail before the system is rolled back
     * @param confirm within which the control plane must answer after a switch; empty when it need
     *     not
     * @param bootFloor how many bytes /boot must have free
     */
    public record Applying(
            boolean tolerateFailedUnits,
            Duration settle,
            Duration verify,
            Optional<Duration> confirm,
            long bootFloor) {}

    /**
     * The push listener.
     *
     * @param certificate the server's, in PEM
     * @param authority whose client certificates are trusted
     * @param allowed names of client certificates that may deploy
     */
    public record Push(
            String host,
            int port,
            Path certificate,
            Path key,
            Path authority,
            List<String> allowed) {
        public Push {
            allowed = List.copyOf(allowed);
        }
    }
}
