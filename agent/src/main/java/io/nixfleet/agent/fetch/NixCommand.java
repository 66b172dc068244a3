package io.nixfleet.agent.fetch;

import io.nixfleet.agent.process.Command;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.FetchListener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A command of Nix that takes store paths, run as often as their number needs.
 *
 * @param name for people, as events have it
 * @param words the command up to the paths
 * @param environment added to our own
 * @param silence how long it may print nothing before it is taken for stuck; Nix tells how far each
 *     transfer is, so this is time without progress
 */
record NixCommand(
        ProcessRunner runner,
        String name,
        List<String> words,
        Map<String, String> environment,
        Duration silence) {
    /**
     * Linux takes at most 128 KiB in one argument and some MiB in all, the environment included.
     */
    private static final int ARGUMENT_BYTES = 256 << 10;

    /**
     * Options that keep Nix from acting on what it remembers of a cache: by default for an hour
     * that a path is absent, and for a month that it is there, as it was signed and compressed
     * then. The half minute saves a walk of the closure from asking twice.
     */
    static final List<String> FRESH =
            List.of(
                    "--option",
                    "narinfo-cache-negative-ttl",
                    "0",
                    "--option",
                    "narinfo-cache-positive-ttl",
                    "30");

    private static final Duration LIMIT = Duration.ofHours(12);
    private static final int OUTPUT_KEPT = 4 << 10;

    NixCommand {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /** Runs it for all paths; returns what went wrong. */
    List<String> run(Collection<StorePath> paths, FetchListener listener)
            throws InterruptedException {
        var log = new NixLog(name, listener);
        for (List<String> batch : batches(paths)) {
            var all = new ArrayList<>(words);
            all.addAll(batch);
            try {
                ProcessRunner.Result result =
                        runner.run(
                                Command.of(all)
                                        .with(new Command.Environment.Added(environment))
                                        .within(LIMIT)
                                        .keeping(Command.OutputLimit.tail(OUTPUT_KEPT))
                                        .heard(new Command.Attention(log, silence)));
                if (result.exitCode() != 0 && log.errors().isEmpty()) {
                    log.error("it ended with " + result.ending());
                }
            } catch (IOException e) {
                log.error(String.valueOf(e.getMessage()));
            }
        }
        return log.errors();
    }

    static List<List<String>> batches(Collection<StorePath> paths) {
        var batches = new ArrayList<List<String>>();
        var batch = new ArrayList<String>();
        int bytes = 0;
        for (StorePath path : paths) {
            String word = path.toString();
            if (!batch.isEmpty() && bytes + word.length() + 1 > ARGUMENT_BYTES) {
                batches.add(List.copyOf(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(word);
            bytes += word.length() + 1;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }
}
