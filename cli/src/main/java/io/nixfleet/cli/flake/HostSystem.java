package io.nixfleet.cli.flake;

import io.nixfleet.nix.store.StorePath;
import java.util.List;

/**
 * The system that a flake has for a host.
 *
 * @param path its toplevel, built or not
 * @param platform such as {@code x86_64-linux}
 * @param tags of {@code services.nixfleet-agent.tags}; none without that option
 */
public record HostSystem(String host, StorePath path, String platform, List<String> tags) {
    public HostSystem {
        tags = List.copyOf(tags);
    }
}
