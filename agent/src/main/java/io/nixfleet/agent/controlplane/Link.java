package io.nixfleet.agent.controlplane;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/**
 * The way to a control plane. Calls block, end within the time limit, and end at once when their
 * thread is interrupted. Safe for use by many threads.
 */
public final class Link implements AutoCloseable {
    private final Endpoint endpoint;
    private final int longestAnswer;
    private final Connections connections;
    private final HostLookup lookup;

    /**
     * Makes no connection yet.
     *
     * @param longestAnswer of how many bytes the longest answer is that is taken
     */
    public Link(Vertx vertx, Endpoint endpoint, int longestAnswer) {
        this.endpoint = endpoint;
        this.longestAnswer = longestAnswer;
        this.connections = new Connections(vertx, endpoint);
        this.lookup = new HostLookup(endpoint.host());
    }

    /**
     * Calls, and waits for the whole answer, whatever its status.
     *
     * @throws CallFailedException when none came
     */
    public Answer call(Call call) throws CallFailedException, InterruptedException {
        try {
            return perform(call);
        } catch (ExchangeException e) {
            throw new CallFailedException(new FailureReason(endpoint).of(e), e.connected(), e);
        }
    }

    Answer perform(Call call) throws ExchangeException, InterruptedException {
        Deadline deadline = Deadline.in(endpoint.timeout());
        List<String> addresses = lookup.addresses(deadline);
        for (String address : addresses.subList(0, addresses.size() - 1)) {
            try {
                return perform(call, address, deadline);
            } catch (ExchangeException e) {
                if (e.connected() || !FailureReason.isUnreachable(e)) {
                    throw e;
                }
            }
        }
        return perform(call, addresses.getLast(), deadline);
    }

    private Answer perform(Call call, String address, Deadline deadline)
            throws ExchangeException, InterruptedException {
        try {
            return performOnce(call, address, deadline);
        } catch (ExchangeException e) {
            if (!e.stale() || !call.repeatable()) {
                throw e;
            }
            connections.forget();
            return performOnce(call, address, deadline);
        }
    }

    private Answer performOnce(Call call, String address, Deadline deadline)
            throws ExchangeException, InterruptedException {
        try (var lease = connections.lease()) {
            return Exchange.perform(
                    lease,
                    request(call, address),
                    call.body().map(Buffer::buffer).orElse(null),
                    deadline,
                    longestAnswer);
        }
    }

    private RequestOptions request(Call call, String address) {
        var request =
                new RequestOptions()
                        .setMethod(call.method())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setServer(SocketAddress.inetSocketAddress(endpoint.port(), address))
                        .setFollowRedirects(false)
                        .setURI(endpoint.baseUrl().getRawPath() + call.path())
                        .putHeader("User-Agent", endpoint.userAgent())
                        .putHeader("Accept", "application/json");
        call.headers().forEach(request::putHeader);
        return call.body().isPresent()
                ? request.putHeader("Content-Type", "application/json")
                : request;
    }

    /** The next call makes a new connection; those under way end in peace. */
    void forgetConnections() {
        connections.forget();
    }

    /** Ends the connections; calls under way fail. */
    @Override
    public void close() {
        connections.close();
    }
}
