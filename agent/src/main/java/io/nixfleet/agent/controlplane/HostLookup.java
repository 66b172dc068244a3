package io.nixfleet.agent.controlplane;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one host by the system's resolver, which knows all that /etc/nsswitch.conf may
 * say. That resolver can neither be interrupted nor given a limit, so it runs on a thread of its
 * own, at most one at a time.
 */
final class HostLookup {
    private final String host;
    private @Nullable CompletableFuture<List<String>> underWay;

    HostLookup(String host) {
        this.host = host;
    }

    /**
     * Looks the host up, afresh or in Java's cache.
     *
     * @return at least one address
     */
    List<String> addresses(Deadline deadline) throws ExchangeException, InterruptedException {
        try {
            return lookup().get(deadline.left(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw ExchangeException.unconnected(e);
        } catch (TimeoutException _) {
            throw ExchangeException.unconnected(
                    new UnknownHostException("no answer from the resolver"));
        }
    }

    private synchronized CompletableFuture<List<String>> lookup() {
        if (underWay == null || underWay.isDone()) {
            var result = new CompletableFuture<List<String>>();
            underWay = result;
            Thread.ofPlatform().daemon().name("nixfleet-host-lookup").start(() -> lookUp(result));
        }
        return underWay;
    }

    private void lookUp(CompletableFuture<List<String>> result) {
        try {
            result.complete(
                    List.of(InetAddress.getAllByName(host)).stream()
                            .map(InetAddress::getHostAddress)
                            .toList());
        } catch (UnknownHostException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }
}
