package io.nixfleet.agent.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappingTest {
    private static final String CODE =
            "7f10a2000000-7f10a3100000 r-xp 00200000 fe:00 1311 /opt/agent/lib/server/libjvm.so";

    private static List<String> smaps(String head, int anonymous, int swapped) {
        return List.of(
                head,
                "Size:              17408 kB",
                "Rss:                8200 kB",
                "Anonymous:      %8d kB".formatted(anonymous),
                "AnonHugePages:         0 kB",
                "Swap:           %8d kB".formatted(swapped),
                "SwapPss:               0 kB",
                "VmFlags: rd ex mr mw me");
    }

    private static List<Mapping> copies(String head) {
        return Mapping.lastingCopies(smaps(head, 0, 0));
    }

    @Test
    void knowsWhereItIs() {
        assertThat(copies(CODE)).containsExactly(new Mapping(CODE, 0x7f10a2000000L, 0x1100000L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "800000000-801fff000 r--p 00002000 fe:00 77 /opt/agent/lib/nixfleet-agent.aot",
                "7f10a2000000-7f10a3100000 r--p 00000000 fe:00 1311 /opt/agent/lib/libjvm.so",
                "ffff000000000000-ffff000000001000 r-xp 00000000 00:1b 5 /nix/store/a b/libc.so.6"
            })
    void takesWhatOnlyMirrorsAFile(String head) {
        assertThat(copies(head)).extracting(Mapping::line).containsExactly(head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // May be written.
                "801fff000-803000000 rw-p 02001000 fe:00 77 /opt/agent/lib/nixfleet-agent.aot",
                "7f10a2000000-7f10a3100000 rwxp 00000000 fe:00 1311 /opt/agent/lib/libjvm.so",
                // May be unmapped, and its place used for something else.
                "7f10a2000000-7f10a3100000 r--p 00000000 fe:00 99 /var/lib/nixfleet-agent/state.db",
                "7f10a2000000-7f10a3100000 r--s 00000000 fe:00 98 /opt/agent/runtime/lib/modules",
                // Of no file.
                "7f10a2000000-7f10a3100000 r-xp 00000000 00:00 0",
                "7f10a2000000-7f10a3100000 r-xp 00000000 00:00 0 [vdso]",
                "7f10a2000000-7f10a3100000 ---p 00000000 fe:00 1311 /opt/agent/lib/libjvm.so"
            })
    void leavesAlone(String head) {
        assertThat(copies(head)).isEmpty();
    }

    @Test
    void leavesAloneWhatWasWrittenBefore() {
        assertThat(Mapping.lastingCopies(smaps(CODE, 4, 0))).isEmpty();
        assertThat(Mapping.lastingCopies(smaps(CODE, 0, 8))).isEmpty();
    }

    @Test
    void tellsFiguresOfNeighboursApart() {
        String next = CODE.replace("7f10a2", "7f20a2").replace("7f10a3", "7f20a3");
        var lines = new ArrayList<>(smaps(CODE, 16, 16));
        lines.addAll(smaps(next, 0, 0));
        lines.addAll(smaps("7f30a2000000-7f30a3100000 rw-p 00000000 00:00 0 [heap]", 32, 8));

        assertThat(Mapping.lastingCopies(lines)).extracting(Mapping::line).containsExactly(next);
    }
}
