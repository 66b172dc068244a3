package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.tls.ClientIdentity;
import io.nixfleet.agent.tls.TlsFiles;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Whether this host's certificate is there, valid for a while, and this machine's. */
record CertificateCheck(Subject.Link link, Surroundings surroundings) implements Check {
    private static final Duration SOON = Duration.ofDays(14);

    @Override
    public String name() {
        return "certificate";
    }

    @Override
    public Finding look() {
        return switch (link.tls()) {
            case Given.Wrong<TlsFiles>(var problem) ->
                    Finding.failed(
                            "",
                            problem,
                            "give PEM files that belong together: --client-cert and --client-key"
                                    + " (tls.clientCert, tls.clientKey), --ca-cert (tls.caCert)");
            case Given.Value<TlsFiles>(var files) -> {
                Optional<ClientIdentity> identity = files.current().identity();
                Instant now = surroundings.clock().instant();
                Optional<ControlPlaneOptions> options = link.controlPlane().found();
                yield identity.isPresent()
                        ? judge(
                                new Shown(
                                        identity.get().commonName().orElse(""),
                                        identity.get().validFrom(),
                                        identity.get().validUntil()),
                                options.map(ControlPlaneOptions::machineId),
                                now)
                        : without(options);
            }
        };
    }

    /** What a certificate says that matters here. */
    record Shown(String commonName, Instant validFrom, Instant validUntil) {}

    private static Finding without(Optional<ControlPlaneOptions> options) {
        boolean plain =
                options.filter(known -> known.baseUrl().getScheme().equals("http")).isPresent();
        return Finding.warning(
                "none",
                plain
                        ? "nothing is encrypted on the way to the control plane, and it cannot know"
                                + " this machine"
                        : "the control plane cannot know this machine by a certificate",
                "give --client-cert and --client-key (tls.clientCert, tls.clientKey)"
                        + (plain ? ", and an https:// URL" : ""));
    }

    static Finding judge(Shown shown, Optional<String> machineId, Instant now) {
        String seen =
                "CN %s, valid until %s"
                        .formatted(
                                shown.commonName(),
                                shown.validUntil().truncatedTo(ChronoUnit.SECONDS));
        if (now.isAfter(shown.validUntil())) {
            return Finding.failed(
                    seen,
                    "it has expired",
                    "issue a new one, and put it in place of the old: the agent takes it up by"
                            + " itself");
        }
        if (now.isBefore(shown.validFrom())) {
            return Finding.failed(
                    seen,
                    "it is valid only from %s, and here it is %s"
                            .formatted(shown.validFrom(), now.truncatedTo(ChronoUnit.SECONDS)),
                    "check the clocks of this host and of the certificate authority");
        }
        if (machineId.filter(id -> !id.equals(shown.commonName())).isPresent()) {
            return Finding.failed(
                    seen,
                    "its CN is '%s', and the machine id is '%s': the control plane lets in only"
                                    .formatted(shown.commonName(), machineId.get())
                            + " where they are equal",
                    "set --machine-id (machineId) to the CN, or issue a certificate with the"
                            + " machine id as CN");
        }
        Duration left = Duration.between(now, shown.validUntil());
        return left.compareTo(SOON) < 0
                ? Finding.warning(
                        seen,
                        "it expires in %s"
                                .formatted(
                                        left.toDays() >= 2
                                                ? left.toDays() + " days"
                                                : left.toHours() + " hours"),
                        "renew it now, and see why that was not done by itself")
                : Finding.ok(seen);
    }
}
