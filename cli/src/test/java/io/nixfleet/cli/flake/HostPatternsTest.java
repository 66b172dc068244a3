package io.nixfleet.cli.flake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostPatternsTest {
    private static final List<String> HOSTS = List.of("db-1", "web-1", "web-10", "web.2");

    private static List<String> of(String... patterns) {
        return new HostPatterns(List.of(patterns)).of(HOSTS);
    }

    @Test
    void meanNamesAndWhatAStarStandsFor() {
        assertThat(of("web-1")).containsExactly("web-1");
        assertThat(of("web-*", "db-1")).containsExactly("db-1", "web-1", "web-10");
        assertThat(of("*1*0")).containsExactly("web-10");
        assertThat(of("*")).isEqualTo(HOSTS);
    }

    @Test
    void meanAllHostsWhenThereAreNone() {
        assertThat(of()).isEqualTo(HOSTS);
    }

    @Test
    void takeADotForADot() {
        assertThat(of("web.1")).isEmpty();
    }

    @Test
    void tellWhichOfThemMeanNothing() {
        assertThat(new HostPatterns(List.of("mail*", "web-1", "x")).idle(HOSTS))
                .containsExactly("mail*", "x");
    }
}
