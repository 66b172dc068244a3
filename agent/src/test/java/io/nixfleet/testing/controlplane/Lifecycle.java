package io.nixfleet.testing.controlplane;

import java.util.Set;

/** How far a machine is in its life in the fleet. */
public enum Lifecycle {
    PENDING,
    PROVISIONING,
    ACTIVE,
    MAINTENANCE,
    DECOMMISSIONED;

    /** Whether an operator may change it so. */
    boolean mayBecome(Lifecycle next) {
        Set<Lifecycle> allowed =
                switch (this) {
                    case PENDING -> Set.of(ACTIVE, PROVISIONING, DECOMMISSIONED);
                    case PROVISIONING -> Set.of(ACTIVE, PENDING);
                    case ACTIVE -> Set.of(MAINTENANCE, DECOMMISSIONED);
                    case MAINTENANCE -> Set.of(ACTIVE, DECOMMISSIONED);
                    case DECOMMISSIONED -> Set.of();
                };
        return allowed.contains(next);
    }

    /** What it is after a report. */
    Lifecycle reported() {
        return this == PENDING || this == PROVISIONING ? ACTIVE : this;
    }
}
