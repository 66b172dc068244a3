package io.nixfleet.testing.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTest {
    @Test
    void keepsTheLastAndTheirNumbers() {
        var recent = new Recent<String>(2);
        assertThat(recent.last()).isEmpty();
        recent.add("zero");
        assertThat(recent.from(0)).containsExactly("zero");
        recent.add("one");
        recent.add("two");

        assertThat(recent.count()).isEqualTo(3);
        assertThat(recent.all()).containsExactly("one", "two");
        assertThat(recent.from(0)).containsExactly("one", "two");
        assertThat(recent.from(2)).containsExactly("two");
        assertThat(recent.from(3)).isEmpty();
        assertThat(recent.last()).contains("two");
    }
}
