package io.nixfleet.cli.direct;

import io.nixfleet.cli.rollout.HostEnd;
import java.util.List;

/** Hears how a rollout goes; from many threads. */
public interface RolloutListener {
    /**
     * A batch begins.
     *
     * @param index from 0
     */
    void batch(int index, List<String> hosts);

    /**
     * Hosts are brought back to what they ran.
     *
     * @param hosts those that it concerns
     */
    void reverting(List<String> hosts);

    /**
     * A host is at something.
     *
     * @param detail how far; may be empty
     */
    void doing(String host, String what, String detail);

    /** A host is through. */
    void over(String host, HostEnd end);
}
