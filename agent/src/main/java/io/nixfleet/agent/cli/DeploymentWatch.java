package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Units;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Follows a deployment to its end, through a restart of the agent too, which a switch may bring.
 */
final class DeploymentWatch {
    private static final Duration RESTART_LIMIT = Duration.ofSeconds(90);
    private static final Duration UNKNOWN_LIMIT = Duration.ofSeconds(15);
    private static final Set<String> GOOD = Set.of("deployed", "already_running");

    /** What became of the deployment, or of the watch. */
    sealed interface Result {}

    /** It is over; {@code entry} is the one of the agent's history. */
    record Ended(ObjectNode entry) implements Result {
        boolean deployed() {
            return GOOD.contains(entry.path("outcome").asText());
        }
    }

    /** Its end was not seen. */
    record Lost(String why) implements Result {}

    private final AgentClient agent;
    private final InstantSource clock;
    private final Duration every;
    private final Consumer<String> news;
    private String lastNews = "";
    private Optional<Instant> silentSince = Optional.empty();
    private Optional<Instant> unknownSince = Optional.empty();

    /**
     * @param news told of each phase, one line
     */
    DeploymentWatch(AgentClient agent, InstantSource clock, Duration every, Consumer<String> news) {
        this.agent = agent;
        this.clock = clock;
        this.every = every;
        this.news = news;
    }

    Result await(String id, Duration limit) throws AgentUnreachableException, InterruptedException {
        Instant deadline = clock.instant().plus(limit);
        while (clock.instant().isBefore(deadline)) {
            Optional<Result> result = lookOnce(id);
            if (result.isPresent()) {
                return result.get();
            }
            Thread.sleep(every);
        }
        return new Lost(
                "deployment %s is not over after %s; see 'nixfleet-agent status'"
                        .formatted(id, Units.duration(limit)));
    }

    private Optional<Result> lookOnce(String id)
            throws AgentUnreachableException, InterruptedException {
        try {
            Reply status = agent.get("/v1/status");
            silentSince = Optional.empty();
            if (!status.ok()) {
                return Optional.empty();
            }
            JsonNode deployment = status.body().path("deployment");
            if (deployment.path("id").asText().equals(id)) {
                unknownSince = Optional.empty();
                announce(deployment.path("phase").asText());
                return Optional.empty();
            }
            Optional<Result> ended = inHistory(id);
            return ended.isPresent() ? ended : notSeen(id, status.body().path("waiting"));
        } catch (AgentUnreachableException e) {
            if (longerThan(RESTART_LIMIT, silentSince)) {
                throw e;
            }
            silentSince = Optional.of(silentSince.orElseGet(clock::instant));
            announce("the agent does not answer; a switch may be restarting it");
            return Optional.empty();
        }
    }

    private Optional<Result> inHistory(String id)
            throws AgentUnreachableException, InterruptedException {
        Reply history = agent.get("/v1/history?limit=100");
        for (JsonNode entry : history.body().path("deployments")) {
            if (entry.path("id").asText().equals(id) && entry instanceof ObjectNode object) {
                return Optional.of(new Ended(object));
            }
        }
        return Optional.empty();
    }

    private Optional<Result> notSeen(String id, JsonNode waiting) {
        if (waiting.isTextual()) {
            unknownSince = Optional.empty();
            announce("waiting for the deployment before it");
            return Optional.empty();
        }
        if (longerThan(UNKNOWN_LIMIT, unknownSince)) {
            return Optional.of(
                    new Lost("the agent does not know deployment %s any more".formatted(id)));
        }
        unknownSince = Optional.of(unknownSince.orElseGet(clock::instant));
        return Optional.empty();
    }

    private boolean longerThan(Duration limit, Optional<Instant> since) {
        return since.isPresent() && since.get().plus(limit).isBefore(clock.instant());
    }

    private void announce(String line) {
        if (!line.equals(lastNews)) {
            lastNews = line;
            news.accept(Paint.printable(line));
        }
    }
}
