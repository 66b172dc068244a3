package io.nixfleet.cli.flake;

/** Hears how far each host is, from several threads. */
public interface BuildListener {
    /** Where a host is on its way. */
    enum Step {
        EVALUATING,
        BUILDING
    }

    /** A host's next step begins. */
    void began(String host, Step step);

    /** Nix says something while it builds for all of them. */
    void said(String line);

    /** A host is through. */
    void ended(HostResult result);
}
