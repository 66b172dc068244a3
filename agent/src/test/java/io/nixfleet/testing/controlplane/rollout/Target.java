package io.nixfleet.testing.controlplane.rollout;

import java.util.List;

/** Which machines a rollout is for. */
public sealed interface Target {
    /** Those with all of these tags. */
    record Tags(List<String> tags) implements Target {
        public Tags {
            tags = List.copyOf(tags);
        }
    }

    /** Those of these names, known or not. */
    record Hosts(List<String> hosts) implements Target {
        public Hosts {
            hosts = List.copyOf(hosts);
        }
    }

    /** Reads {@code {"tags": […]}} or {@code {"hosts": […]}}. */
    static Target read(Fields fields) {
        var tags = fields.texts("tags");
        var hosts = fields.texts("hosts");
        if (tags.isPresent() == hosts.isPresent()) {
            throw Refusal.shape("`target` must have either `tags` or `hosts`");
        }
        return tags.<Target>map(Tags::new).orElseGet(() -> new Hosts(hosts.orElseThrow()));
    }
}
