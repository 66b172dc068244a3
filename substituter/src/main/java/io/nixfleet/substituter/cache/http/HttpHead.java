package io.nixfleet.substituter.cache.http;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;

/** Status and headers of an answer. */
public final class HttpHead {
    private final int status;
    private final MultiMap headers;

    HttpHead(int status, MultiMap headers) {
        this.status = status;
        this.headers = headers;
    }

    public int status() {
        return status;
    }

    /** The first header of that name, in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** All headers of that name, in any case and in order. */
    public List<String> headers(String name) {
        return List.copyOf(headers.getAll(name));
    }
}
