package io.nixfleet.it.tutorial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nixfleet.it.tutorial.Tutorial.Step;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What counts as the tutorial, and as the same output. */
class TutorialParserTest {
    private static Tutorial parse(String markdown) {
        return Tutorial.parse(markdown.lines().toList());
    }

    @Test
    void takesTheCommandsOfItsSectionAndWhatTheyPrint() {
        Tutorial tutorial =
                parse(
                        """
                        ## Before
                        ```sh
                        no
                        ```
                        ## Tutorial
                        ```console
                        $ no
                        ```
                        ```sh
                        cat <<END
                        ## no heading
                        END
                        ```
                        prose
                        ```text
                        ## no heading
                        ```
                        ```sh
                        b
                        ```
                        ## After
                        ```
                        no
                        ```
                        """);

        assertThat(tutorial.steps())
                .containsExactly(
                        new Step("cat <<END\n## no heading\nEND\n", Optional.of("## no heading\n")),
                        new Step("b\n", Optional.empty()));
        assertThat(tutorial.script("/o"))
                .isEqualTo(
                        """
                        set -eu
                        mkdir -p /o
                        exec >/o/1 2>&1
                        cat <<END
                        ## no heading
                        END
                        exec >/o/2 2>&1
                        b
                        """);
    }

    @Test
    void refusesWhatNobodyWouldRun() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("## Tutorial\n```bash\na\n```\n"))
                .withMessage("a block of 'bash'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("## Tutorial\n```sh\na\n"))
                .withMessage("line 2 begins a block without end");
    }

    @Test
    void comparesAllButTimesAndWhatIsMadeOfThem() {
        assertThat(
                        Tutorial.lasting(
                                """
                                2026-11-23T23:15:16.94Z  deployed  took 6.3 s, id 20261123-231510-73387
                                23:15:16 info nixfleet-agent 0.1.0-SNAPSHOT runs at 12:00
                                /nix/store/f2pqikk7z4z94a1d0bmykjx0ql40vipb-web-1
                                """))
                .isEqualTo(
                        """
                        DATE  deployed  took SPAN, id ID
                        TIME info nixfleet-agent VERSION runs at 12:00
                        /nix/store/HASH-web-1
                        """);
    }
}
