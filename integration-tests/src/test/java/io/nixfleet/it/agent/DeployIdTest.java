package io.nixfleet.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.api.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that names its deployments can ask again, and nothing happens twice. */
class DeployIdTest {
    private static final String SYSTEM = "/nix/store/%s-nixos-system-web".formatted("0".repeat(32));
    private static final String OTHER = "/nix/store/%s-nixos-system-web".formatted("1".repeat(32));

    private SmallControlPlane controlPlane;
    private LocalAgent agent;

    @BeforeEach
    void start() throws Exception {
        controlPlane = SmallControlPlane.start();
        agent = LocalAgent.create();
        agent.start(controlPlane.port());
    }

    @AfterEach
    void stop() {
        agent.close();
        controlPlane.close();
    }

    private Reply deploy(String id, String system, String action) throws Exception {
        return agent.post(
                "/v1/deploy",
                "{\"hash\": \"%s\", \"action\": \"%s\", \"id\": \"%s\"}"
                        .formatted(system, action, id));
    }

    private void assertRunOnce() throws Exception {
        LocalAgent.await(
                "it is over",
                () ->
                        agent.json("/v1/history").path("deployments").size() == 1
                                && agent.json("/v1/status").path("deployment").isNull());
    }

    private void assertAcceptedAgain() throws Exception {
        Reply again = deploy("mine", SYSTEM, "switch");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.body().path("id").asText()).isEqualTo("mine");
        assertRunOnce();
    }

    @Test
    void answersTheSameIdTheSameAndDeploysOnceAlsoAfterARestart() throws Exception {
        assertThat(deploy("mine", SYSTEM, "switch").status()).isEqualTo(202);
        assertRunOnce();

        assertAcceptedAgain();
        agent.kill();
        agent.start(controlPlane.port());
        assertAcceptedAgain();
    }

    @Test
    void refusesAnIdThatHasNamedAnotherDeployment() throws Exception {
        deploy("mine", SYSTEM, "switch");
        assertRunOnce();

        for (Reply reply :
                new Reply[] {deploy("mine", OTHER, "switch"), deploy("mine", SYSTEM, "boot")}) {
            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.error())
                    .isEqualTo(
                            "id mine has named another deployment: switch of %s; choose a new one"
                                    .formatted(SYSTEM));
        }
        assertRunOnce();
    }
}
