package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FindingTest {
    @Test
    void showsNoLoginOfAUrl() {
        Finding finding =
                Finding.failed(
                        "https://me:hunter2@a/b",
                        "asked 'http://token@c:80', said no",
                        "curl https://x@y/z");

        assertThat(finding)
                .isEqualTo(
                        Finding.failed(
                                "https://a/b", "asked 'http://c:80', said no", "curl https://y/z"));
    }

    @Test
    void saysOfWhatIsNotWellHowToMendIt() {
        assertThatThrownBy(() -> Finding.failed("", "broken", ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Finding(Result.OK, "fine", "", "mend it"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
