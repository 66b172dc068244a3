package io.nixfleet.agent.metrics;

import java.util.HashSet;
import java.util.Set;

/** Keeps the number of a label's values small: the first ones stay, later ones are all other. */
final class BoundedLabel {
    static final String OTHER = "other";

    private final Set<String> known = new HashSet<>();
    private final int most;

    BoundedLabel(int most) {
        this.most = most;
    }

    synchronized String of(String value) {
        if (known.contains(value) || known.size() < most) {
            known.add(value);
            return value;
        }
        return OTHER;
    }
}
