package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

/** What tests expect of findings. */
final class Findings {
    private Findings() {}

    static void assertOk(Finding finding, String seen) {
        assertThat(finding.result()).as(finding.toString()).isEqualTo(Result.OK);
        assertThat(finding.seen()).contains(seen);
    }

    /** One that is not well, with what an operator reads of it. */
    static void assertFound(Finding finding, Result result, String problem, String remedy) {
        assertThat(finding.result()).as(finding.toString()).isEqualTo(result);
        assertThat(finding.problem()).contains(problem);
        assertThat(finding.remedy()).contains(remedy);
    }
}
