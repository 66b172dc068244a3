package io.nixfleet.it.jmh;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Counts bytes beside operations: shows as a rate, that is bytes a second, of its own. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Volume {
    /** Set to 0 by JMH before each iteration, which wants it public. */
    public long bytes;
}
