package io.nixfleet.cli.controlplane;

import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.controlplane.Answer;
import io.nixfleet.agent.controlplane.Call;
import io.nixfleet.agent.controlplane.CallFailedException;
import io.nixfleet.agent.controlplane.Endpoint;
import io.nixfleet.agent.controlplane.Link;
import io.nixfleet.protocol.json.OperatorJson;
import io.nixfleet.protocol.json.ProtocolException;
import io.nixfleet.protocol.operator.CreatedRelease;
import io.nixfleet.protocol.operator.CreatedRollout;
import io.nixfleet.protocol.operator.Machine;
import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.NewRollout;
import io.nixfleet.protocol.operator.Release;
import io.nixfleet.protocol.operator.ReleaseDiff;
import io.nixfleet.protocol.operator.Rollout;
import io.nixfleet.substituter.cache.credentials.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A NixFleet control plane, as an operator sees it. */
public final class OperatorClient implements AutoCloseable {
    /** 500 releases of a thousand hosts are longer; nobody reads that. */
    private static final int LONGEST_ANSWER = 64 << 20;

    private static final int QUOTED = 300;

    private final Link link;
    private final Refusals refusals;
    private final Map<String, String> headers;

    /**
     * Makes no connection yet.
     *
     * @param key that the control plane knows operators by, if it wants one
     */
    public OperatorClient(Vertx vertx, Endpoint endpoint, Optional<Secret> key) {
        this.link = new Link(vertx, endpoint, LONGEST_ANSWER);
        this.refusals = new Refusals(endpoint.baseUrl(), key.isPresent());
        this.headers =
                key.map(secret -> Map.of("Authorization", "Bearer " + secret.reveal()))
                        .orElse(Map.of());
    }

    /** Reads the body of an answer. */
    private interface Reader<T> {
        T read(String body) throws ProtocolException;
    }

    /** Registers a release. */
    public Said<CreatedRelease> create(NewRelease release)
            throws OperatorException, InterruptedException {
        return said(
                post("/releases", Optional.of(OperatorJson.write(release))),
                "releases",
                OperatorJson::readCreatedRelease);
    }

    /**
     * The releases, newest first.
     *
     * @param most how many at most
     * @param host that they are for; empty for any
     */
    public Said<List<Release>> releases(int most, Optional<String> host)
            throws OperatorException, InterruptedException {
        String query = "?limit=" + most + host.map(name -> "&host=" + encoded(name)).orElse("");
        return said(get("/releases" + query), "releases", OperatorJson::readReleases);
    }

    public Said<Release> release(String id) throws OperatorException, InterruptedException {
        return said(get("/releases/" + encoded(id)), "release " + id, OperatorJson::readRelease);
    }

    /** From one release to another. */
    public Said<ReleaseDiff> diff(String before, String after)
            throws OperatorException, InterruptedException {
        return said(
                get("/releases/%s/diff/%s".formatted(encoded(before), encoded(after))),
                "release %s or %s".formatted(before, after),
                OperatorJson::readReleaseDiff);
    }

    public void deleteRelease(String id) throws OperatorException, InterruptedException {
        done(
                new Call(
                        HttpMethod.DELETE,
                        "/api/v1/releases/" + encoded(id),
                        headers,
                        Optional.empty(),
                        false),
                "release " + id);
    }

    /** Begins a rollout. */
    public Said<CreatedRollout> create(NewRollout rollout)
            throws OperatorException, InterruptedException {
        return said(
                post("/rollouts", Optional.of(OperatorJson.write(rollout))),
                "release " + rollout.releaseId(),
                OperatorJson::readCreatedRollout);
    }

    /**
     * The rollouts, newest first.
     *
     * @param status of which they are; empty for any
     */
    public Said<List<Rollout>> rollouts(Optional<String> status)
            throws OperatorException, InterruptedException {
        String query = status.map(word -> "?status=" + encoded(word)).orElse("");
        return said(get("/rollouts" + query), "rollouts", OperatorJson::readRollouts);
    }

    public Said<Rollout> rollout(String id) throws OperatorException, InterruptedException {
        return said(get("/rollouts/" + encoded(id)), "rollout " + id, OperatorJson::readRollout);
    }

    /** Lets a rollout that paused go on. */
    public void resume(String id) throws OperatorException, InterruptedException {
        done(post("/rollouts/%s/resume".formatted(encoded(id)), Optional.empty()), "rollout " + id);
    }

    /** Ends a rollout; machines keep what they have got. */
    public void cancel(String id) throws OperatorException, InterruptedException {
        done(post("/rollouts/%s/cancel".formatted(encoded(id)), Optional.empty()), "rollout " + id);
    }

    /**
     * The machines that it knows.
     *
     * @param tags of which they have all
     */
    public Said<List<Machine>> machines(List<String> tags)
            throws OperatorException, InterruptedException {
        String query =
                tags.stream().map(tag -> "tag=" + encoded(tag)).collect(Collectors.joining("&"));
        return said(
                get("/machines" + (query.isEmpty() ? "" : "?" + query)),
                "machines",
                OperatorJson::readMachines);
    }

    private Call get(String path) {
        return new Call(HttpMethod.GET, "/api/v1" + path, headers, Optional.empty(), true);
    }

    /** Never sent twice: what it asks for could be done twice. */
    private Call post(String path, Optional<String> body) {
        return new Call(HttpMethod.POST, "/api/v1" + path, headers, body, false);
    }

    private <T> Said<T> said(Call call, String what, Reader<T> reader)
            throws OperatorException, InterruptedException {
        Answer answer = done(call, what);
        try {
            return new Said<>(reader.read(answer.body()), answer.body());
        } catch (ProtocolException e) {
            throw refusals.garbage(
                    String.valueOf(e.getMessage()), excerpt(answer.body()), !call.repeatable());
        }
    }

    private Answer done(Call call, String what) throws OperatorException, InterruptedException {
        Answer answer;
        try {
            answer = link.call(call);
        } catch (CallFailedException e) {
            boolean perhapsDone = e.sent() && !call.repeatable();
            throw new OperatorException(
                    OperatorException.Kind.UNREACHABLE,
                    perhapsDone,
                    String.valueOf(e.getMessage()));
        }
        if (!answer.success()) {
            throw refusals.of(answer, what, excerpt(answer.body()), !call.repeatable());
        }
        return answer;
    }

    private static String excerpt(String body) {
        String line = Paint.printable(body.strip());
        return line.length() > QUOTED ? line.substring(0, QUOTED) + "…" : line;
    }

    private static String encoded(String word) {
        // URLEncoder writes forms, where a blank is a plus.
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Ends the connections. */
    @Override
    public void close() {
        link.close();
    }
}
