package io.nixfleet.agent.deploy;

import java.time.Instant;
import java.util.Optional;

/**
 * A deployment under way, as it is kept on disk before each effect.
 *
 * @param phase what is being done, or was when the agent ended
 * @param before what the host had when the deployment began; empty until that was looked up
 * @param reason why it is being rolled back or ends as it does; empty while all is well
 * @param outcome how it ended, once it is {@link Phase#REPORTING}
 */
public record Deployment(
        DeployRequest request,
        Phase phase,
        Instant started,
        Optional<SystemState> before,
        Optional<String> reason,
        Optional<Outcome> outcome) {
    public static Deployment begin(DeployRequest request, Instant now) {
        return new Deployment(
                request, Phase.CHECKING, now, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Deployment in(Phase next) {
        return new Deployment(request, next, started, before, reason, outcome);
    }

    public Deployment replacing(SystemState state) {
        return new Deployment(request, phase, started, Optional.of(state), reason, outcome);
    }

    public Deployment because(String why) {
        return new Deployment(request, phase, started, before, Optional.of(why), outcome);
    }

    public Deployment ending(Outcome end) {
        return new Deployment(request, Phase.REPORTING, started, before, reason, Optional.of(end));
    }
}
