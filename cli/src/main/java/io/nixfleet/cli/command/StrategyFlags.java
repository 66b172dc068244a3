package io.nixfleet.cli.command;

import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.rollout.Share;
import io.nixfleet.cli.settings.Setting;
import io.nixfleet.protocol.operator.OnFailure;
import io.nixfleet.protocol.operator.Strategy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which batches a release is rolled out, and what becomes of failures. */
final class StrategyFlags {
    private static final Duration USUAL_HEALTH_TIMEOUT = Duration.ofMinutes(5);

    @Option(
            names = "--strategy",
            paramLabel = "WORD",
            description =
                    "all-at-once, canary or staged. Canary is one machine first, then all others;"
                            + " staged is by --batch-size. Else the file's, else all-at-once.")
    private @Nullable String strategy;

    @Option(
            names = "--batch-size",
            paramLabel = "SIZE",
            split = ",",
            description =
                    "How many machines each batch of a staged rollout has: numbers or percentages,"
                            + " parted by commas; the last batch takes all that are left.")
    private List<String> batchSizes = new ArrayList<>();

    @Option(
            names = "--failure-threshold",
            paramLabel = "SHARE",
            description =
                    "How many machines of a batch may fail, a number or a percentage; else the"
                            + " file's, else 0.")
    private @Nullable String threshold;

    @Option(
            names = "--on-failure",
            paramLabel = "WORD",
            description =
                    "pause or revert. What becomes of a rollout with a failed batch: revert is to"
                            + " what was wanted before. Else the file's, else pause.")
    private @Nullable String onFailure;

    @Option(
            names = "--health-timeout",
            paramLabel = "SECONDS",
            description =
                    "How long a machine may take until it is healthy; else the file's, else 300.")
    private @Nullable String healthTimeout;

    /** What the flags and the fleet's file come to. */
    record Chosen(
            Strategy strategy,
            List<Share> sizes,
            Share threshold,
            OnFailure onFailure,
            Duration healthTimeout) {
        Chosen {
            sizes = List.copyOf(sizes);
        }
    }

    Chosen chosen(Setup setup) throws IOException {
        Strategy chosen = strategy(setup);
        if (!batchSizes.isEmpty() && chosen != Strategy.STAGED) {
            throw new UsageException("--batch-size is for --strategy staged");
        }
        List<Share> sizes =
                batchSizes.stream().map(size -> Share.parse("--batch-size", size)).toList();
        String share = setup.text(threshold, Setting.FAILURE_THRESHOLD).orElse("0");
        return new Chosen(
                chosen,
                sizes,
                Share.parse("--failure-threshold", share),
                onFailure(setup),
                healthTimeout(setup));
    }

    private Strategy strategy(Setup setup) throws IOException {
        String word = setup.text(strategy, Setting.STRATEGY).orElse("all-at-once");
        return Stream.of(Strategy.values())
                .filter(one -> one.word().equals(word.replace('-', '_')))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--strategy is all-at-once, canary or staged, not '%s'"
                                                .formatted(word)));
    }

    private OnFailure onFailure(Setup setup) throws IOException {
        String word = setup.text(onFailure, Setting.ON_FAILURE).orElse("pause");
        return Stream.of(OnFailure.values())
                .filter(one -> one.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new UsageException(
                                        "--on-failure is pause or revert, not '%s'"
                                                .formatted(word)));
    }

    private Duration healthTimeout(Setup setup) throws IOException {
        Optional<String> text = setup.text(healthTimeout, Setting.HEALTH_TIMEOUT);
        try {
            return text.isEmpty()
                    ? USUAL_HEALTH_TIMEOUT
                    : FlagValues.seconds("--health-timeout", Long.parseLong(text.get()), 1);
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "--health-timeout is a number of seconds, not '%s'".formatted(text.get()), e);
        }
    }
}
