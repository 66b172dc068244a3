package io.nixfleet.agent.controlplane;

import io.nixfleet.protocol.Report;
import io.nixfleet.protocol.json.ProtocolException;
import io.nixfleet.protocol.json.ProtocolJson;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A NixFleet control plane, as one machine sees it. Calls block, end within the time limit, and end
 * at once when their thread is interrupted. Safe for use by many threads.
 */
public final class ControlPlane implements AutoCloseable {
    /** The control plane answers 413 beyond. */
    private static final int MAX_REPORT_BYTES = 1 << 20;

    private final ControlPlaneOptions options;
    private final Connections connections;
    private final HostLookup lookup;
    private final FailureReason reasons;

    /** Makes no connection yet. */
    public ControlPlane(Vertx vertx, ControlPlaneOptions options) {
        this.options = options;
        this.connections = new Connections(vertx, options);
        this.lookup = new HostLookup(options.host());
        this.reasons = new FailureReason(options);
    }

    /** Asks what this machine should run. */
    public PollAnswer poll() throws InterruptedException {
        return sound().answer();
    }

    /** Asks as {@link #poll} does, and keeps besides what says how the answer came. */
    public Sounding sound() throws InterruptedException {
        try {
            Answer answer = call(HttpMethod.GET, "desired-generation", null);
            return new Sounding(
                    switch (answer.status()) {
                        case 200 -> desired(answer);
                        case 404 -> new PollAnswer.NothingDesired();
                        default -> new PollAnswer.Failed(reasons.ofStatus(answer));
                    },
                    OptionalInt.of(answer.status()),
                    answer.date());
        } catch (ExchangeException e) {
            return new Sounding(new PollAnswer.Failed(reasons.of(e)), OptionalInt.empty(), "");
        }
    }

    private PollAnswer desired(Answer answer) {
        try {
            return new PollAnswer.Desired(ProtocolJson.readDesiredGeneration(answer.body()));
        } catch (ProtocolException e) {
            return new PollAnswer.Failed(reasons.ofGarbage(e, answer));
        }
    }

    /** Tells what this machine runs. */
    public SendAnswer send(Report report) throws InterruptedException {
        Buffer body = Buffer.buffer(ProtocolJson.write(report));
        if (body.length() > MAX_REPORT_BYTES) {
            return new SendAnswer.Rejected(
                    "the report has %d bytes, and a control plane takes at most %d"
                            .formatted(body.length(), MAX_REPORT_BYTES));
        }
        try {
            Answer answer = call(HttpMethod.POST, "report", body);
            if (answer.success()) {
                return new SendAnswer.Accepted();
            }
            String reason = reasons.ofStatus(answer);
            return switch (answer.status()) {
                case 400, 413, 415, 422 -> new SendAnswer.Rejected(reason);
                default -> new SendAnswer.Failed(reason);
            };
        } catch (ExchangeException e) {
            return new SendAnswer.Failed(reasons.of(e));
        }
    }

    /**
     * Makes the next call use a new connection: after a change of the network a kept one may work
     * where a new one does not.
     */
    public void forgetConnections() {
        connections.forget();
    }

    private Answer call(HttpMethod method, String what, @Nullable Buffer body)
            throws ExchangeException, InterruptedException {
        Deadline deadline = Deadline.in(options.timeout());
        List<String> addresses = lookup.addresses(deadline);
        for (String address : addresses.subList(0, addresses.size() - 1)) {
            try {
                return call(request(method, what, address), body, deadline);
            } catch (ExchangeException e) {
                if (e.connected() || !FailureReason.isUnreachable(e)) {
                    throw e;
                }
            }
        }
        return call(request(method, what, addresses.getLast()), body, deadline);
    }

    private Answer call(RequestOptions request, @Nullable Buffer body, Deadline deadline)
            throws ExchangeException, InterruptedException {
        try {
            return callOnce(request, body, deadline);
        } catch (ExchangeException e) {
            if (!e.stale()) {
                throw e;
            }
            // The contract's calls may all come twice.
            connections.forget();
            return callOnce(request, body, deadline);
        }
    }

    private Answer callOnce(RequestOptions request, @Nullable Buffer body, Deadline deadline)
            throws ExchangeException, InterruptedException {
        try (var lease = connections.lease()) {
            return Exchange.perform(lease, request, body, deadline);
        }
    }

    private RequestOptions request(HttpMethod method, String what, String address) {
        var request =
                new RequestOptions()
                        .setMethod(method)
                        .setHost(options.host())
                        .setPort(options.port())
                        .setServer(SocketAddress.inetSocketAddress(options.port(), address))
                        .setFollowRedirects(false)
                        .setURI(
                                "%s/api/v1/machines/%s/%s"
                                        .formatted(
                                                options.baseUrl().getRawPath(), encodedId(), what))
                        .putHeader("User-Agent", options.userAgent())
                        .putHeader("Accept", "application/json");
        return method.equals(HttpMethod.POST)
                ? request.putHeader("Content-Type", "application/json")
                : request;
    }

    private String encodedId() {
        // URLEncoder writes forms, where a blank is a plus.
        return URLEncoder.encode(options.machineId(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Ends the connections; calls under way fail. */
    @Override
    public void close() {
        connections.close();
    }
}
