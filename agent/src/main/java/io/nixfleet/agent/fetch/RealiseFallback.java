package io.nixfleet.agent.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.Fallback;
import io.nixfleet.substituter.fetch.FetchListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * {@code nix-store --realise}: the system's own substituters bring what the fleet's caches lack. It
 * never builds, goes on with the other paths when one fails, and asks the substituters afresh for
 * what Nix remembers as missing.
 */
public final class RealiseFallback implements Fallback {
    /** As long as Nix itself waits for a download that stands still, twice. */
    public static final Duration SILENCE = Duration.ofMinutes(10);

    private static final String NAME = "nix-store --realise";

    private final NixCommand command;

    /**
     * @param silence how long it may show no progress
     */
    public RealiseFallback(FetchSources.NixHelp nix, Duration silence) {
        var words = new ArrayList<>(List.of("nix-store"));
        nix.store().ifPresent(uri -> words.addAll(List.of("--store", uri)));
        words.addAll(List.of("--realise", "--keep-going", "--no-gc-warning"));
        words.addAll(List.of("--max-jobs", "0", "--option", "builders", ""));
        words.addAll(NixCommand.FRESH);
        words.addAll(List.of("--option", "connect-timeout", "20"));
        words.addAll(List.of("--log-format", "internal-json"));
        command = new NixCommand(nix.runner(), NAME, words, nix.environment(), silence);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> bring(Collection<StorePath> paths, FetchListener listener)
            throws InterruptedException {
        return command.run(paths, listener);
    }
}
