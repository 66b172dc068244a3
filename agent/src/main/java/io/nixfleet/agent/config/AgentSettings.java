package io.nixfleet.agent.config;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.substituter.store.Store;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the daemon was told, checked.
 *
 * @param reporting what is sent and how often
 * @param database state on disk
 * @param dryRun fetch, but never apply
 * @param healthConfig the file of health checks
 * @param metricsPort of metrics and status, on all addresses
 * @param socket where the local commands reach the agent
 */
public record AgentSettings(
        ControlPlaneOptions controlPlane,
        Polling polling,
        Reporting reporting,
        Fetching fetching,
        Path database,
        boolean dryRun,
        Path healthConfig,
        Applying applying,
        OptionalInt metricsPort,
        Optional<Push> push,
        Path socket) {
    /** Times between polls: after an answer, and after a failure. */
    public record Polling(Duration interval, Duration retry) {}

    public record Reporting(Duration healthInterval, List<String> tags) {
        public Reporting {
            tags = List.copyOf(tags);
        }
    }

    /**
     * Where systems come from and go to.
     *
     * @param cacheUrl asked for deployments that name no cache; may hold a login
     * @param trustedPublicKeys besides those of nix.conf
     * @param netrc in place of nix.conf's
     * @param caches what caches are granted, and further ones
     * @param airGapped whether systems come from caches of the fleet only, never from the host's
     *     own substituters
     * @param nixStore the store as Nix's own commands name it; empty for the one that they choose
     */
    public record Fetching(
            Optional<URI> cacheUrl,
            List<String> trustedPublicKeys,
            Optional<Path> netrc,
            CacheSettings caches,
            boolean airGapped,
            Store store,
            Optional<String> nixStore) {
        public Fetching {
            trustedPublicKeys = List.copyOf(trustedPublicKeys);
        }
    }

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
     * @param tls with the server's certificate
     * @param authority whose client certificates are trusted
     * @param allowed names of client certificates that may deploy
     */
    public record Push(String host, int port, TlsFiles tls, Path authority, List<String> allowed) {
        public Push {
            allowed = List.copyOf(allowed);
        }
    }
}
