package io.nixfleet.cli.direct;

import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.agents.AgentException;
import io.nixfleet.cli.agents.PushClient;
import io.nixfleet.cli.rollout.HostEnd;
import io.nixfleet.cli.rollout.Sighting;
import io.nixfleet.cli.rollout.Verdict;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One host on its way to a system: asks its agent, and follows it until the end is known or the
 * time is over. An agent that falls silent, as in a reboot, is asked again until then.
 */
final class HostRun {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final Ask ask;
    private final Pace pace;
    private final RolloutListener listener;
    private @Nullable String following;
    private boolean perhapsAsked;
    private String lastSeen = "";
    private Optional<String> silence = Optional.empty();

    /**
     * What is asked.
     *
     * @param id of the deployment
     * @param cache where to fetch from; empty for the agent's own
     * @param holds whether the host has the system already, and is only to be healthy
     */
    record Ask(
            String host,
            PushClient agent,
            String id,
            StorePath system,
            Optional<String> cache,
            boolean holds) {}

    /**
     * How it is gone about.
     *
     * @param limit how long it may take
     * @param period between two looks, at most: the first ones come sooner
     * @param calls how many may be under way at once, of all hosts
     */
    record Pace(Duration limit, Duration period, Semaphore calls) {}

    HostRun(Ask ask, Pace pace, RolloutListener listener) {
        this.ask = ask;
        this.pace = pace;
        this.listener = listener;
    }

    /** Returns what became of it. */
    HostEnd run() throws InterruptedException {
        long end = System.nanoTime() + pace.limit().toNanos();
        long pause = FIRST_PAUSE.toNanos();
        while (true) {
            Optional<HostEnd> over = tryStep();
            if (over.isPresent()) {
                return over.get();
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                return late();
            }
            Thread.sleep(Duration.ofNanos(Math.min(left, pause)));
            pause = Math.min(2 * pause, pace.period().toNanos());
        }
    }

    /** Whether its agent may have been told to deploy. */
    private boolean asked() {
        return following != null || perhapsAsked;
    }

    private Optional<HostEnd> tryStep() throws InterruptedException {
        pace.calls().acquire();
        try {
            Optional<HostEnd> end = step();
            silence = Optional.empty();
            return end;
        } catch (AgentException e) {
            silence = Optional.of(String.valueOf(e.getMessage()));
            listener.doing(ask.host(), "does not answer, asking again", silence.get());
            return Optional.empty();
        } finally {
            pace.calls().release();
        }
    }

    private Optional<HostEnd> step() throws AgentException, InterruptedException {
        Sighting now = ask.agent().look();
        if (!now.machine().equals(ask.host())) {
            return Optional.of(
                    new HostEnd(
                            asked() ? HostEnd.Kind.UNKNOWN : HostEnd.Kind.FAILED,
                            "another machine answers in its place: " + now.machine()));
        }
        if (following == null && !ask.holds()) {
            return deploy();
        }
        return switch (verdict(now)) {
            case Verdict.Over(HostEnd end) -> Optional.of(end);
            case Verdict.Pending(String doing, String detail) -> {
                lastSeen = detail.isEmpty() ? doing : doing + ", " + detail;
                listener.doing(ask.host(), doing, detail);
                yield Optional.empty();
            }
        };
    }

    private Optional<HostEnd> deploy() throws AgentException, InterruptedException {
        try {
            return switch (ask.agent().deploy(ask.id(), ask.system(), ask.cache())) {
                case PushClient.Pushed.Accepted(String id) -> {
                    following = id;
                    yield Optional.empty();
                }
                case PushClient.Pushed.Refused(String reason) ->
                        Optional.of(new HostEnd(HostEnd.Kind.FAILED, reason));
            };
        } catch (AgentException e) {
            perhapsAsked |= e.sent();
            throw e;
        }
    }

    private Verdict verdict(Sighting now) throws AgentException, InterruptedException {
        String id = following;
        if (id == null) {
            return Verdict.ofHolder(now, ask.system());
        }
        boolean underWay = now.work().filter(work -> work.id().equals(id)).isPresent();
        Optional<Sighting.Ended> ended =
                underWay ? Optional.empty() : now.last().filter(last -> last.id().equals(id));
        if (!underWay && ended.isEmpty()) {
            ended = ask.agent().ended(id);
            if (ended.isPresent()) {
                // It may have ended since we looked.
                return Verdict.of(ask.agent().look(), id, ask.system(), ended);
            }
        }
        return Verdict.of(now, id, ask.system(), ended);
    }

    private HostEnd late() {
        String words =
                silence.map(
                                why ->
                                        "silent, last seen %s: %s"
                                                .formatted(
                                                        lastSeen.isEmpty()
                                                                ? "before it was asked"
                                                                : lastSeen,
                                                        why))
                        .orElse(lastSeen);
        return new HostEnd(
                asked() ? HostEnd.Kind.UNKNOWN : HostEnd.Kind.FAILED,
                "not healthy with it after %s: %s".formatted(Units.duration(pace.limit()), words));
    }
}
