package io.nixfleet.cli.flake;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What {@code nix flake metadata --json} says, as Nix 2.8 has it. */
class FlakeSourceTest {
    private static FlakeSource of(String json) throws IOException {
        return FlakeSource.of(".", new ObjectMapper().readTree(json));
    }

    @Test
    void isARevisionOfAGitTree() throws IOException {
        FlakeSource source =
                of(
                        """
                        {"locked": {"type": "git", "url": "file:///fleet"}, "revision": "c762",
                         "url": "git+file:///fleet?ref=master&rev=c762"}
                        """);

        assertThat(source.dirty()).isFalse();
        assertThat(source.revision()).contains("c762");
        assertThat(source.url()).isEqualTo("git+file:///fleet?ref=master&rev=c762");
        assertThat(source.reference()).isEqualTo(".");
    }

    @Test
    void isDirtyWithoutARevision() throws IOException {
        FlakeSource source =
                of("{\"locked\": {\"type\": \"git\"}, \"url\": \"git+file:///fleet\"}");

        assertThat(source.dirty()).isTrue();
        assertThat(source.revision()).isEmpty();
    }

    @Test
    void isNeverDirtyInADirectoryWithoutRevisions() throws IOException {
        FlakeSource source =
                of("{\"locked\": {\"type\": \"path\"}, \"url\": \"path:/fleet?narHash=x\"}");

        assertThat(source.dirty()).isFalse();
        assertThat(source.revision()).isEmpty();
    }
}
