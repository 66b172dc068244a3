package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.daemon.DaemonTarget;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is to be looked at: the daemon's options, as far as they are of use. */
public record Subject(Origin origin, Link link, Sources sources, Places places) {
    /**
     * Where the options are from.
     *
     * @param source for people
     * @param wrong what is wrong with them, beside what the other parts tell
     * @param unread files of the unit that were not read, and may hold more of them
     * @param environment of the commands that are called
     */
    public record Origin(
            String source,
            List<String> wrong,
            List<String> unread,
            Map<String, String> environment) {
        public Origin {
            wrong = List.copyOf(wrong);
            unread = List.copyOf(unread);
            environment = Map.copyOf(environment);
        }

        /** With more that is wrong. */
        public Origin and(List<String> more) {
            var all = new java.util.ArrayList<>(wrong);
            all.addAll(more);
            return new Origin(source, all, unread, environment);
        }
    }

    /** The way to the control plane. */
    public record Link(Given<ControlPlaneOptions> controlPlane, Given<TlsFiles> tls) {}

    /**
     * Where systems come from and go to.
     *
     * @param trustedKeys besides those of nix.conf and of files
     * @param path what caches are asked for; the running system, if it is empty
     */
    public record Sources(
            List<URI> caches,
            List<String> trustedKeys,
            CacheSettings settings,
            Optional<Path> netrc,
            Given<DaemonTarget> store,
            Optional<StorePath> path) {
        public Sources {
            caches = List.copyOf(caches);
            trustedKeys = List.copyOf(trustedKeys);
        }

        /** Whether something is to be imported that the daemon itself would not believe. */
        boolean needTrust() {
            return !trustedKeys.isEmpty()
                    || !settings.trustedKeysFiles().isEmpty()
                    || settings.allowTrusted();
        }
    }

    /**
     * The agent's files.
     *
     * @param bootFloor how many bytes /boot must have free
     * @param secrets files that nobody else should see, by what they are
     */
    public record Places(
            Path database,
            long bootFloor,
            Path socket,
            Path healthConfig,
            Map<String, Path> secrets) {
        public Places {
            secrets = Map.copyOf(secrets);
        }
    }
}
