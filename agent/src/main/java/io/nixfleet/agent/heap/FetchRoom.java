package io.nixfleet.agent.heap;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * A heap with room for a fetch while this is open, and as small as it can be afterwards.
 *
 * <p>The nursery follows the size of the old generation, which follows these ratios at each full
 * collection: with a small nursery, what passes through a fetch is copied too often.
 */
public final class FetchRoom implements AutoCloseable {
    private static final String LEAST_FREE = "MinHeapFreeRatio";
    private static final String MOST_FREE = "MaxHeapFreeRatio";

    private final HotSpotDiagnosticMXBean vm =
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    private final String leastFree = vm.getVMOption(LEAST_FREE).getValue();
    private final String mostFree = vm.getVMOption(MOST_FREE).getValue();

    private FetchRoom() {}

    /** Makes room with the next full collection: a fetch that needs none is over before. */
    public static FetchRoom open() {
        var room = new FetchRoom();
        // In this order: the least may never exceed the most.
        room.vm.setVMOption(MOST_FREE, "80");
        room.vm.setVMOption(LEAST_FREE, "70");
        return room;
    }

    /** Gives it back to the system. */
    @Override
    public void close() {
        vm.setVMOption(LEAST_FREE, leastFree);
        vm.setVMOption(MOST_FREE, mostFree);
        System.gc();
    }
}
