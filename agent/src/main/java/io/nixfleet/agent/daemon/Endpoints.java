package io.nixfleet.agent.daemon;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.cycle.AgentDaemon;
import io.nixfleet.agent.endpoint.DeployEndpoints;
import io.nixfleet.agent.endpoint.LocalSocket;
import io.nixfleet.agent.endpoint.PushListener;
import io.nixfleet.agent.endpoint.ServerTls;
import io.nixfleet.agent.endpoint.StatusEndpoints;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TrustedAuthorities;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** Whatever the settings want to be served. */
final class Endpoints {
    private Endpoints() {}

    /** An address that cannot be had, perhaps for now only. */
    static final class TakenException extends IOException {
        TakenException(String what, IOException cause) {
            super("cannot serve %s: %s".formatted(what, cause.getMessage()), cause);
        }
    }

    static List<AutoCloseable> open(
            Vertx vertx, AgentSettings settings, AgentDaemon daemon, AgentMetrics metrics)
            throws IOException, InterruptedException {
        var opened = new ArrayList<AutoCloseable>();
        var deploys = new DeployEndpoints(daemon, daemon::newId);
        try {
            opened.add(LocalSocket.open(vertx, settings.socket(), deploys));
        } catch (IOException e) {
            throw new TakenException("the socket " + settings.socket(), e);
        }
        if (settings.metricsPort().isPresent()) {
            int port = settings.metricsPort().getAsInt();
            try {
                opened.add(
                        StatusEndpoints.open(
                                vertx, new InetSocketAddress(port), daemon, metrics::scrape));
            } catch (IOException e) {
                throw new TakenException("metrics on port " + port, e);
            }
        }
        if (settings.push().isPresent()) {
            opened.addAll(listen(vertx, settings.push().get(), deploys));
        }
        return opened;
    }

    private static List<AutoCloseable> listen(
            Vertx vertx, AgentSettings.Push push, DeployEndpoints deploys)
            throws IOException, InterruptedException {
        var tls = new FileTls(push.tls(), push.authority());
        PushListener listener;
        try {
            listener =
                    PushListener.open(
                            vertx,
                            new InetSocketAddress(push.host(), push.port()),
                            deploys,
                            tls,
                            Set.copyOf(push.allowed()));
        } catch (IOException e) {
            throw new TakenException("pushes on %s:%d".formatted(push.host(), push.port()), e);
        }
        return List.of(listener, CertificateWatch.start(push.tls(), listener));
    }

    private record FileTls(TlsFiles files, Path authority) implements ServerTls {
        @Override
        public X509KeyManager keyManager() throws IOException {
            return files.current()
                    .identity()
                    .orElseThrow(() -> new IOException("there is no certificate"))
                    .keyManager();
        }

        /** Not the system's authorities: whoever they vouch for may not deploy here. */
        @Override
        public X509TrustManager trustManager() throws IOException {
            return TrustedAuthorities.only(authority);
        }
    }
}
