package io.nixfleet.agent.heap;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class FetchRoomTest {
    private static List<Integer> ratios() {
        var vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return List.of(
                Integer.parseInt(vm.getVMOption("MinHeapFreeRatio").getValue()),
                Integer.parseInt(vm.getVMOption("MaxHeapFreeRatio").getValue()));
    }

    @Test
    void isThereWhileItIsOpen() {
        List<Integer> before = ratios();

        try (var _ = FetchRoom.open()) {
            assertThat(ratios()).isNotEqualTo(before).containsExactly(70, 80);
        }

        assertThat(ratios()).isEqualTo(before);
    }
}
