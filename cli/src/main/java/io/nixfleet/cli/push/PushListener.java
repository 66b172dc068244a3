package io.nixfleet.cli.push;

import io.nixfleet.nix.store.StorePath;

/** Hears how far a push is. */
public interface PushListener {
    /** What is done with a path. */
    enum Step {
        COPYING,
        HOOK
    }

    /** A path's next step begins. */
    void began(StorePath path, Step step);

    /** The command that is at work says something; from other threads. */
    void said(StorePath path, String line);

    /** A path is where it should be. */
    void ended(StorePath path);
}
