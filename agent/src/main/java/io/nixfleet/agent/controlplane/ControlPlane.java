package io.nixfleet.agent.controlplane;

import io.nixfleet.protocol.Report;
import io.nixfleet.protocol.json.ProtocolException;
import io.nixfleet.protocol.json.ProtocolJson;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A NixFleet control plane, as one machine sees it. Calls block, end within the time limit, and end
 * at once when their thread is interrupted. Safe for use by many threads.
 */
public final class ControlPlane implements AutoCloseable {
    /** The control plane answers 413 beyond. */
    private static final int MAX_REPORT_BYTES = 1 << 20;

    private static final int LONGEST_ANSWER = 1 << 20;

    private final ControlPlaneOptions options;
    private final Link link;
    private final FailureReason failures;
    private final AnswerReason answers;

    /** Makes no connection yet. */
    public ControlPlane(Vertx vertx, ControlPlaneOptions options) {
        this.options = options;
        this.link = new Link(vertx, options.endpoint(), LONGEST_ANSWER);
        this.failures = new FailureReason(options.endpoint());
        this.answers = new AnswerReason(options.machineId(), failures);
    }

    /** Asks what this machine should run. */
    public PollAnswer poll() throws InterruptedException {
        return sound().answer();
    }

    /** Asks as {@link #poll} does, and keeps besides what says how the answer came. */
    public Sounding sound() throws InterruptedException {
        try {
            Answer answer = call(HttpMethod.GET, "desired-generation", Optional.empty());
            return new Sounding(
                    switch (answer.status()) {
                        case 200 -> desired(answer);
                        case 404 -> new PollAnswer.NothingDesired();
                        default -> new PollAnswer.Failed(answers.ofStatus(answer));
                    },
                    OptionalInt.of(answer.status()),
                    answer.date());
        } catch (ExchangeException e) {
            return new Sounding(new PollAnswer.Failed(failures.of(e)), OptionalInt.empty(), "");
        }
    }

    private PollAnswer desired(Answer answer) {
        try {
            return new PollAnswer.Desired(ProtocolJson.readDesiredGeneration(answer.body()));
        } catch (ProtocolException e) {
            return new PollAnswer.Failed(answers.ofGarbage(e, answer));
        }
    }

    /** Tells what this machine runs. */
    public SendAnswer send(Report report) throws InterruptedException {
        String body = ProtocolJson.write(report);
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_REPORT_BYTES) {
            return new SendAnswer.Rejected(
                    "the report has %d bytes, and a control plane takes at most %d"
                            .formatted(length, MAX_REPORT_BYTES));
        }
        try {
            Answer answer = call(HttpMethod.POST, "report", Optional.of(body));
            if (answer.success()) {
                return new SendAnswer.Accepted();
            }
            String reason = answers.ofStatus(answer);
            return switch (answer.status()) {
                case 400, 413, 415, 422 -> new SendAnswer.Rejected(reason);
                default -> new SendAnswer.Failed(reason);
            };
        } catch (ExchangeException e) {
            return new SendAnswer.Failed(failures.of(e));
        }
    }

    /**
     * Makes the next call use a new connection: after a change of the network a kept one may work
     * where a new one does not.
     */
    public void forgetConnections() {
        link.forgetConnections();
    }

    private Answer call(HttpMethod method, String what, Optional<String> body)
            throws ExchangeException, InterruptedException {
        // The contract's calls may all come twice.
        return link.perform(
                new Call(
                        method,
                        "/api/v1/machines/%s/%s".formatted(encodedId(), what),
                        Map.of(),
                        body,
                        true));
    }

    private String encodedId() {
        // URLEncoder writes forms, where a blank is a plus.
        return URLEncoder.encode(options.machineId(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Ends the connections; calls under way fail. */
    @Override
    public void close() {
        link.close();
    }
}
