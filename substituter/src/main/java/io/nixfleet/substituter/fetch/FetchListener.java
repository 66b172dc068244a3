package io.nixfleet.substituter.fetch;

/**
 * Hears what happens during a fetch; see {@link FetchEvent} for the duties of an implementation.
 */
@FunctionalInterface
public interface FetchListener {
    FetchListener NONE = _ -> {};

    void on(FetchEvent event);
}
