package io.nixfleet.it.tutorial;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.host.Images;
import io.nixfleet.it.host.SystemHost;
import io.nixfleet.it.tutorial.Tutorial.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That a reader of README.md gets what the tutorial says, word for word. */
@Tag("containers")
class TutorialTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String SCRIPT = "/root/tutorial.sh";
    private static final String OUTPUTS = "/root/outputs";
    private static final String UNIT = "tutorial.service";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @Test
    void leadsFromAnEmptyMachineToADeployedAndARolledBackHost() throws Exception {
        Tutorial tutorial = Tutorial.read(README);
        List<Step> steps = tutorial.steps();
        assertThat(steps.stream().flatMap(step -> step.shown().stream()))
                .anyMatch(shown -> shown.contains("  deployed  switch from poll"))
                .anyMatch(shown -> shown.contains("  rolled_back  switch from poll"));
        try (var host =
                SystemHost.boot(
                        new SystemHost.Setup(
                                "web", Images.host(), "", Optional.empty(), Map.of()))) {
            host.write(SCRIPT, tutorial.script(OUTPUTS));

            runToItsEnd(host);

            assertThat(host.property(UNIT, "ExecMainStatus"))
                    .as(() -> "exit code, after " + lastOutput(host))
                    .isEqualTo("0");
            for (int i = 0; i < steps.size(); i++) {
                if (steps.get(i).shown().isPresent()) {
                    assertThat(Tutorial.lasting(host.read(OUTPUTS + "/" + (i + 1))))
                            .as(steps.get(i).commands())
                            .isEqualTo(Tutorial.lasting(steps.get(i).shown().get()));
                }
            }
        }
    }

    /**
     * As a reader would in a shell of root's; in a unit, since it takes longer than a command may.
     */
    private static void runToItsEnd(SystemHost host) {
        host.run(
                "systemd-run",
                "--quiet",
                "--remain-after-exit",
                "--unit=" + UNIT,
                "--setenv=HOME=/root",
                "bash",
                SCRIPT);
        Await.until(
                () -> "the tutorial ends; it is at " + lastOutput(host),
                LIMIT,
                () -> List.of("exited", "failed").contains(host.property(UNIT, "SubState")));
    }

    private static String lastOutput(SystemHost host) {
        return host.shell(
                "cd %s && last=$(ls | sort -n | tail -n 1) && echo step $last: && cat $last"
                        .formatted(OUTPUTS));
    }
}
