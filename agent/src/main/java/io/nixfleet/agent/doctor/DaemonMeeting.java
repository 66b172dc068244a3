package io.nixfleet.agent.doctor;

import io.nixfleet.substituter.daemon.DaemonGreeting;
import io.nixfleet.substituter.daemon.DaemonLimits;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.DaemonTarget;
import io.nixfleet.substituter.store.StoreException;
import java.time.Duration;

/** What came of meeting the Nix daemon. */
sealed interface DaemonMeeting {
    /** It answers. */
    record Met(DaemonTarget target, DaemonGreeting greeting) implements DaemonMeeting {}

    /** It does not. */
    record Unmet(String problem) implements DaemonMeeting {}

    static DaemonMeeting with(Given<DaemonTarget> store, Duration limit)
            throws InterruptedException {
        return switch (store) {
            case Given.Wrong<DaemonTarget>(var problem) -> new Unmet(problem);
            case Given.Value<DaemonTarget>(var target) -> with(target, limit);
        };
    }

    private static DaemonMeeting with(DaemonTarget target, Duration limit)
            throws InterruptedException {
        try {
            return new Met(
                    target,
                    DaemonStore.at(target)
                            .limits(new DaemonLimits(limit, limit, limit, limit))
                            .build()
                            .greet());
        } catch (StoreException e) {
            return new Unmet(String.valueOf(e.getMessage()));
        }
    }
}
