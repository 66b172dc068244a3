package io.nixfleet.it.report;

import io.nixfleet.agent.markup.MarkupText;
import io.nixfleet.it.report.Event.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one scenario, as it happens. Any thread may tell it, in any order. What there is
 * no room for is counted.
 */
public final class Timeline {
    static final int MAX_HOSTS = 64;
    static final int MAX_CHANGES = 20_000;
    static final int MAX_MOMENTS = 5_000;
    static final int MAX_TEXT = 500;
    static final int MAX_FAILURE = 10_000;
    static final Instant EARLIEST = Instant.EPOCH;
    static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private final String scenario;
    private final String says;
    private final Instant start;
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Map<Kind, Map<String, TreeMap<Instant, String>>> changes =
            new EnumMap<>(Kind.class);
    private final List<Event> moments = new ArrayList<>();
    private @Nullable Instant end;
    private Outcome outcome = new Outcome.Unfinished();
    private long leftOut;

    Timeline(String scenario, String says, Instant start) {
        this.scenario = MarkupText.clean(scenario, MAX_TEXT);
        this.says = MarkupText.clean(says, MAX_FAILURE);
        this.start = start;
    }

    /**
     * Begins now.
     *
     * @param scenario a short title; that of another scenario would be written over its file
     * @param says one sentence on what it shows
     */
    public static Timeline begin(String scenario, String says) {
        return new Timeline(scenario, says, Instant.now());
    }

    /** Adds a row, unless there is one of this name; rows are in the order of their addition. */
    public void host(String name) {
        row(MarkupText.clean(name, MAX_TEXT));
    }

    private synchronized boolean row(String name) {
        if (hosts.contains(name)) {
            return true;
        }
        return hosts.size() < MAX_HOSTS && hosts.add(name);
    }

    /**
     * The agent of a host is in a phase from now on; nothing new while it already was.
     *
     * @param phase as the agent spells it, such as {@code rolling_back}, or {@code down} while no
     *     agent answers; a host without an agent is {@code up} or {@code down}
     */
    public void phase(String host, Instant at, String phase) {
        change(Kind.PHASE, host, at, phase);
    }

    /** Another system runs on a host from now on; the label is short, such as "host-1 B". */
    public void system(String host, Instant at, String label) {
        change(Kind.SYSTEM, host, at, label);
    }

    private synchronized void change(Kind kind, String host, Instant at, String text) {
        String name = MarkupText.clean(host, MAX_TEXT);
        String state = MarkupText.clean(text, MAX_TEXT);
        if (!row(name)) {
            leftOut++;
            return;
        }
        TreeMap<Instant, String> states =
                changes.computeIfAbsent(kind, _ -> new LinkedHashMap<>())
                        .computeIfAbsent(name, _ -> new TreeMap<>());
        Map.Entry<Instant, String> current = states.floorEntry(possible(at));
        if (current != null && current.getValue().equals(state)) {
            return;
        }
        if (states.size() >= MAX_CHANGES) {
            leftOut++;
            return;
        }
        states.put(possible(at), state);
    }

    /** Something goes wrong on purpose; with no host (the empty text), for all. */
    public void fault(String host, Instant at, String text) {
        moment(Kind.FAULT, host, at, text);
    }

    /** It is right again: the last fault of the same host that was not mended yet. */
    public void mended(String host, Instant at, String text) {
        moment(Kind.MENDED, host, at, text);
    }

    /** A step of the test, such as "release A deployed", or what it saw. */
    public void note(String host, Instant at, String text) {
        moment(Kind.NOTE, host, at, text);
    }

    private synchronized void moment(Kind kind, String host, Instant at, String text) {
        String name = MarkupText.clean(host, MAX_TEXT);
        if (moments.size() >= MAX_MOMENTS || (!name.equals(Event.FLEET) && !row(name))) {
            leftOut++;
            return;
        }
        moments.add(new Event(kind, possible(at), name, MarkupText.clean(text, MAX_TEXT)));
    }

    /** A clock that is out of order is no reason to lose a recording. */
    private static Instant possible(Instant at) {
        if (at.isBefore(EARLIEST)) {
            return EARLIEST;
        }
        return at.isAfter(LATEST) ? LATEST : at;
    }

    /**
     * The scenario is over. The first call gives the time; a failure that a later one brings is not
     * lost.
     */
    public void ended(Optional<String> failure) {
        ended(Instant.now(), failure);
    }

    synchronized void ended(Instant at, Optional<String> failure) {
        if (end == null) {
            end = at;
            outcome = new Outcome.Passed();
        }
        if (failure.isPresent() && !(outcome instanceof Outcome.Failed)) {
            outcome = new Outcome.Failed(MarkupText.clean(failure.get(), MAX_FAILURE));
        }
    }

    /** So far; one that has not ended is taken to last until now. */
    synchronized Recording recording() {
        var events = new ArrayList<>(moments);
        changes.forEach(
                (kind, byHost) ->
                        byHost.forEach(
                                (host, states) ->
                                        states.forEach(
                                                (at, state) ->
                                                        events.add(
                                                                new Event(
                                                                        kind, at, host, state)))));
        return new Recording(
                scenario,
                says,
                start,
                end == null ? Instant.now() : end,
                outcome,
                List.copyOf(hosts),
                events,
                leftOut);
    }

    /**
     * Writes a file that is named from the scenario, in place of an earlier one of the same title.
     *
     * @param directory made if it is not there
     */
    public void write(Path directory) {
        try {
            RecordingFile.write(recording(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
