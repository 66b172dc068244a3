package io.nixfleet.protocol.operator;

import java.util.List;

/** Which machines a rollout is for. */
public sealed interface RolloutTarget {
    /** Those with all of these tags. */
    record Tags(List<String> tags) implements RolloutTarget {
        public Tags {
            tags = List.copyOf(tags);
        }
    }

    /** Those of these names. */
    record Hosts(List<String> hosts) implements RolloutTarget {
        public Hosts {
            hosts = List.copyOf(hosts);
        }
    }
}
