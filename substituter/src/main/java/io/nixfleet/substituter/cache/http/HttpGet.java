package io.nixfleet.substituter.cache.http;

import java.net.URI;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * What to ask.
 *
 * @param uri absolute, http or https, with a host; its user info is not sent
 * @param headers to send; perhaps secret
 * @param bodyBound how many bytes may wait for the reader
 * @param addresses which addresses of its host it may go to
 * @param attempt counts from 0; a host with several addresses is tried at another one each time
 * @param likelyMore how many requests will likely follow soon; connections for them are made ahead
 *     when the way is long
 * @param received told of each piece of the body that arrives, in bytes, on the event loop
 */
public record HttpGet(
        URI uri,
        Map<String, String> headers,
        AddressRule addresses,
        int bodyBound,
        int attempt,
        int likelyMore,
        LongConsumer received) {
    public HttpGet {
        headers = Map.copyOf(headers);
    }

    /** Without headers, which may be secret. */
    @Override
    public String toString() {
        return "GET " + uri.getScheme() + "://" + uri.getHost() + uri.getRawPath();
    }
}
