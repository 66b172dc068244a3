package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.controlplane.Sounding;
import io.nixfleet.substituter.cache.http.SmallVertx;
import java.time.Duration;
import java.util.Optional;

/** What came of asking the control plane once, as the agent asks it. */
sealed interface Poll {
    /** It was asked. */
    record Made(ControlPlaneOptions options, Sounding sounding, Optional<ServerTime> time)
            implements Poll {}

    /**
     * It was not.
     *
     * @param why for people
     */
    record NotMade(String why) implements Poll {}

    static Poll of(Subject.Link link, Surroundings surroundings) throws InterruptedException {
        if (link.tls().found().isEmpty()) {
            return new NotMade("the certificate's files cannot be used");
        }
        Optional<ControlPlaneOptions> options = link.controlPlane().found();
        return options.isPresent()
                ? make(within(options.get(), surroundings.step()), surroundings)
                : new NotMade("no control plane, or none of use, is named");
    }

    private static Poll make(ControlPlaneOptions options, Surroundings surroundings)
            throws InterruptedException {
        var vertx = SmallVertx.open();
        try (var controlPlane = new ControlPlane(vertx, options)) {
            Sounding sounding = controlPlane.sound();
            return new Made(
                    options,
                    sounding,
                    ServerTime.parse(
                            "the control plane",
                            sounding.date(),
                            "",
                            surroundings.clock().instant()));
        } finally {
            // Its threads are daemons: whatever hangs does not outlast the process.
            var _ = vertx.close();
        }
    }

    private static ControlPlaneOptions within(ControlPlaneOptions options, Duration limit) {
        return new ControlPlaneOptions(
                options.baseUrl(),
                options.machineId(),
                options.tls(),
                limit,
                options.userAgent(),
                options.allowInsecure());
    }
}
