package io.nixfleet.cli.push;

import io.nixfleet.cli.nix.NixException;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.util.List;

/** A path could not be pushed. */
public final class PushException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient StorePath path;
    private final transient List<String> hosts;
    private final String output;

    PushException(StorePath path, List<String> hosts, NixException cause) {
        super(
                "%s, of %s, was not pushed: %s"
                        .formatted(path, String.join(", ", hosts), cause.getMessage()),
                cause);
        this.path = path;
        this.hosts = List.copyOf(hosts);
        this.output = cause.output();
    }

    public StorePath path() {
        return path;
    }

    /** Whose system it is. */
    public List<String> hosts() {
        return hosts;
    }

    /** What the command complained. */
    public String output() {
        return output;
    }
}
