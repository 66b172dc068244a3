package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A second agent that would do the work of the first. */
class TwoAgentsTest {
    private SmallControlPlane controlPlane;
    private LocalAgent first;
    private LocalAgent second;

    @BeforeEach
    void start() throws Exception {
        controlPlane = SmallControlPlane.start();
        first = LocalAgent.create();
        second = LocalAgent.create();
        first.start(controlPlane.port());
    }

    @AfterEach
    void stop() {
        second.close();
        first.close();
        controlPlane.close();
    }

    private AgentProgram.Run startSecond(String option) throws Exception {
        return second.runToEnd(second.options(controlPlane.port(), option));
    }

    @Test
    void leavesTheDatabaseToTheFirst() throws Exception {
        AgentProgram.Run run = startSecond("--db-path=" + first.database());

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(10);
        assertThat(run.stderr())
                .contains("state database " + first.database())
                .contains("another agent has locked");
        assertThat(run.stderr()).doesNotContain("\tat ");
        assertThat(first.isAlive()).isTrue();
        assertThat(first.command("status").exitCode()).isZero();
    }

    @Test
    void takesTheDatabaseAndTheSocketOfOneThatWasKilled() throws Exception {
        first.kill();
        assertThat(first.socket()).exists();

        first.start(controlPlane.port());

        assertThat(first.command("status").exitCode()).isZero();
    }

    @Test
    void doesNotStealTheSocketOfTheFirst() throws Exception {
        AgentProgram.Run run = startSecond("--socket=" + first.socket());

        assertThat(run.exitCode()).as(run.stderr()).isEqualTo(10);
        assertThat(run.stderr())
                .contains("cannot serve the socket " + first.socket())
                .contains("another agent listens");
        assertThat(run.stderr()).doesNotContain("\tat ");
        assertThat(first.command("status").exitCode()).isZero();
    }
}
