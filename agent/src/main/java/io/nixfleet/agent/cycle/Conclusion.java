package io.nixfleet.agent.cycle;

import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.activation.UndoState;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Phase;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.agent.metrics.AgentMetrics;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.HealthReport;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a deployment: what is remembered of it, who is told, and what is cleaned up. */
final class Conclusion {
    private static final Logger LOG = LoggerFactory.getLogger(Conclusion.class);

    private final HealthWatch health;
    private final Switcher switcher;
    private final StateStore state;
    private final HostTools tools;
    private final Reporter reporter;
    private final Desired desired;
    private final AgentMetrics metrics;
    private final InstantSource clock;

    Conclusion(DeployRunner.Work work, DeployRunner.Surroundings surroundings) {
        this.health = work.health();
        this.switcher = work.switcher();
        this.state = surroundings.state();
        this.tools = surroundings.tools();
        this.reporter = surroundings.reporter();
        this.desired = surroundings.desired();
        this.metrics = surroundings.metrics();
        this.clock = surroundings.clock();
    }

    /**
     * Concludes a deployment. Each step may be done twice, should the agent end in between.
     *
     * @param decided the phase that brought the outcome
     */
    void of(Deployment ended, Phase decided) throws InterruptedException {
        Outcome outcome =
                ended.outcome().orElseThrow(() -> new IllegalStateException("no outcome"));
        StorePath system = ended.request().system();
        switch (outcome) {
            case Outcome.Deployed _,
                    Outcome.AlreadyRunning _,
                    Outcome.DryRun _,
                    Outcome.Superseded _ ->
                    LOG.info("{}: {}", outcome.message(), system);
            case Outcome.Failed _ -> LOG.warn("failed: {}", outcome.message());
            case Outcome.RolledBack(String message) -> {
                LOG.error("{}; from now on refused: {}", message, system);
                state.refuse(new Refusal(system, message, clock.instant()));
                metrics.refused(AgentMetrics.Refused.ROLLED_BACK);
            }
            case Outcome.RollbackFailed(String message) -> {
                LOG.error("this host needs attention, and is left as it is: {}", message);
                state.refuse(new Refusal(system, message, clock.instant()));
                state.note(Reporter.ATTENTION_NOTE, message);
            }
        }
        cleanUp(ended, outcome);
        metrics.deploymentEnded(outcome);
        finish(ended, outcome, decided);
    }

    private void finish(Deployment ended, Outcome outcome, Phase decided)
            throws InterruptedException {
        boolean told =
                switch (outcome) {
                    case Outcome.Superseded _ -> false;
                    case Outcome.Failed _ ->
                            switch (ended.request().source()) {
                                case POLL ->
                                        desired.failed(
                                                        ended.request().system(),
                                                        tools.ticks().now())
                                                || decided != Phase.FETCHING;
                                case PUSH, OPERATOR -> true;
                            };
                    case Outcome.Deployed _,
                            Outcome.AlreadyRunning _,
                            Outcome.DryRun _,
                            Outcome.RolledBack _,
                            Outcome.RollbackFailed _ ->
                            true;
                };
        if (told) {
            reporter.finish(ended, outcome, healthOf(ended.request(), outcome));
        } else {
            state.finish(ended, clock.instant());
        }
    }

    private Optional<HealthReport> healthOf(DeployRequest request, Outcome outcome)
            throws InterruptedException {
        if (!(outcome instanceof Outcome.Deployed && request.action().activates())) {
            return Optional.empty();
        }
        Optional<HealthReport> latest = health.latest();
        // The round that it passed may have been in an earlier life of the agent.
        return latest.isPresent() ? latest : Optional.of(health.check());
    }

    private void forgetUnits(String id) throws HostException, InterruptedException {
        for (SwitchUnit.Role role : SwitchUnit.Role.values()) {
            tools.unit(id, role).clean();
        }
        UndoState timer = tools.undo(id).disarm();
        if (!(timer instanceof UndoState.Absent)) {
            tools.undo(id).forget();
        }
    }

    /** What would be left behind does no harm, so a problem is only logged. */
    private void cleanUp(Deployment ended, Outcome outcome) throws InterruptedException {
        String id = ended.request().id();
        try {
            // Before its switch, systemd has nothing of a deployment, and need not answer.
            if (switcher.hasBegun(id)) {
                forgetUnits(id);
            }
            boolean needed =
                    outcome instanceof Outcome.Deployed && ended.request().action() == Action.TEST;
            if (!needed) {
                Files.deleteIfExists(tools.root(id));
            }
        } catch (IOException e) {
            LOG.warn("could not clean up after deployment {}: {}", id, e.getMessage());
        }
    }
}
