package io.nixfleet.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    private static final StorePath PATH =
            StorePath.parse(StoreDir.NIX_STORE, "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-f31");
    private static final PathResult.Failure ABSENT = new PathResult.Absent(PATH, "", List.of());
    private static final PathResult.Failure UNREACHABLE = new PathResult.Unreachable(PATH, "");
    private static final PathResult.Failure REFUSED = new PathResult.Refused(PATH, "");
    private static final PathResult.Failure STORE = new PathResult.StoreFailed(PATH, "");
    private static final PathResult.Failure BLOCKED = new PathResult.Blocked(PATH, PATH);

    @Test
    void isTheDocumentedNumberForEachKindOfFailure() {
        assertThat(ExitCode.of(List.of()).code()).isZero();
        assertThat(ExitCode.of(List.of(BLOCKED, ABSENT)).code()).isEqualTo(3);
        assertThat(ExitCode.of(List.of(BLOCKED, REFUSED)).code()).isEqualTo(4);
        assertThat(ExitCode.of(List.of(BLOCKED, UNREACHABLE)).code()).isEqualTo(5);
        assertThat(ExitCode.of(List.of(BLOCKED, STORE)).code()).isEqualTo(6);
    }

    @Test
    void standsForWhatMustBeActedOnFirst() {
        assertThat(ExitCode.of(List.of(ABSENT, UNREACHABLE))).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(ExitCode.of(List.of(REFUSED, UNREACHABLE, ABSENT)))
                .isEqualTo(ExitCode.UNTRUSTED);
        assertThat(ExitCode.of(List.of(REFUSED, STORE, ABSENT))).isEqualTo(ExitCode.STORE);
    }
}
