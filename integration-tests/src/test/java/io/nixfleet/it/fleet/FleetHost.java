package io.nixfleet.it.fleet;

import io.nixfleet.it.host.HostAgent;
import io.nixfleet.it.host.NixVersion;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.testing.controlplane.CertificateRequest;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/** A host of a fleet with its agent. */
record FleetHost(String name, SystemHost host, HostAgent agent) {
    private static final String SECRETS = "/etc/fleet-secrets/";

    /**
     * What a host is to be.
     *
     * @param settings of {@code services.nixfleet-agent}, besides those of all hosts
     */
    record Plan(String name, NixVersion nix, Map<String, Object> settings) {
        static Plan named(String name) {
            return new Plan(name, NixVersion.NIX_2_8, Map.of());
        }

        Plan with(NixVersion newNix) {
            return new Plan(name, newNix, settings);
        }

        Plan with(Map<String, Object> newSettings) {
            return new Plan(name, nix, newSettings);
        }
    }

    /** Installs an agent, not started yet. */
    static FleetHost install(
            SystemHost host,
            URI controlPlane,
            FleetCertificates certificates,
            Map<String, Object> settings) {
        var all = new HashMap<String, Object>();
        all.put(
                "tls",
                Map.of(
                        "caCert", SECRETS + "ca.pem",
                        "clientCert", SECRETS + "client.pem",
                        "clientKey", SECRETS + "client-key.pem"));
        all.putAll(settings);
        var member = new FleetHost(host.name(), host, HostAgent.install(host, controlPlane, all));
        member.use(certificates, member.request());
        return member;
    }

    /**
     * A certificate as it has one: of a client of the control plane, and of a server by its
     * address.
     */
    CertificateRequest request() {
        return CertificateRequest.client(name).withHosts(name, host.address());
    }

    /** Replaces its certificate and key, and the authority that it trusts. */
    void use(FleetCertificates certificates, CertificateRequest client) {
        certificates.files(client).forEach((name, pem) -> host.writeSecret(SECRETS + name, pem));
    }

    /** Where its metrics and status are, as seen from this machine. */
    String metricsTarget() {
        return host.address() + ":" + HostAgent.METRICS_PORT;
    }
}
