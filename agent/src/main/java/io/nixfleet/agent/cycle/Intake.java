package io.nixfleet.agent.cycle;

import io.nixfleet.agent.control.Submission;
import io.nixfleet.agent.deploy.DeployQueue;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Takes requests in, each once: what is accepted is on disk before it is said so, begins even when
 * the agent is killed, and ends in the history, also when it gives way to a newer one.
 */
record Intake(DeployQueue queue, StateStore state, AgentMetrics metrics, InstantSource clock) {
    static Intake of(DeployRunner.Surroundings surroundings) {
        return new Intake(
                surroundings.queue(),
                surroundings.state(),
                surroundings.metrics(),
                surroundings.clock());
    }

    Submission offer(DeployRequest request) {
        // One at a time, whoever offers.
        synchronized (queue) {
            Optional<DeployRequest> former = state.known(request.id());
            if (former.isPresent()) {
                return again(request, former.get());
            }
            Optional<DeployRequest> same = queue.same(request);
            if (same.isPresent()) {
                return new Submission.UnderWay(same.get().id());
            }
            state.keepWaiting(request);
            queue(request);
            return new Submission.Accepted(request.id());
        }
    }

    /** What an earlier life of the agent accepted and did not begin. */
    void resume() {
        synchronized (queue) {
            List<DeployRequest> waiting = state.waiting();
            waiting.forEach(this::queue);
        }
    }

    private void queue(DeployRequest request) {
        switch (queue.offer(request)) {
            case DeployQueue.Offered.Queued(Optional<DeployRequest> replaced) ->
                    replaced.ifPresent(this::superseded);
            case DeployQueue.Offered.Same _ -> superseded(request);
        }
    }

    private void superseded(DeployRequest request) {
        var outcome = new Outcome.Superseded("a newer deployment came");
        state.finish(Deployment.begin(request, clock.instant()).ending(outcome), clock.instant());
        metrics.deploymentEnded(outcome);
    }

    private static Submission again(DeployRequest request, DeployRequest former) {
        if (former.system().equals(request.system()) && former.action() == request.action()) {
            return new Submission.Accepted(former.id());
        }
        return new Submission.Refused(
                "id %s has named another deployment: %s of %s; choose a new one"
                        .formatted(former.id(), former.action().word(), former.system()));
    }
}
