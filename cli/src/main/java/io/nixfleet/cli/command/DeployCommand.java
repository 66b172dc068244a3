package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.controlplane.OperatorClient;
import io.nixfleet.cli.controlplane.OperatorException;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.cli.flake.HostPatterns;
import io.nixfleet.cli.rollout.Share;
import io.nixfleet.cli.settings.Setting;
import io.nixfleet.cli.view.NewRolloutView;
import io.nixfleet.protocol.operator.CreatedRollout;
import io.nixfleet.protocol.operator.NewRollout;
import io.nixfleet.protocol.operator.OnFailure;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.protocol.operator.RolloutTarget;
import io.nixfleet.protocol.operator.Strategy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nixfleet deploy}: begins a rollout of a release. */
@Command(
        name = "deploy",
        customSynopsis = {
            "nixfleet deploy --release ID --tags TAG,... [OPTION]...",
            "       nixfleet deploy --release ID --hosts HOST,... [OPTION]..."
        },
        description =
                "Roll a release out to machines, in batches; with --wait, follow it to its end.",
        exitCodeList = {
            "0:begun; with --wait: all machines have it, and are healthy",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such release, or it has no such host",
            "4:the control plane does not let you in, or refuses the rollout",
            "5:the control plane does not answer",
            "8:another rollout is under way",
            "9:with --wait: it paused, failed, was cancelled, or is not over in time",
            "130:interrupted; the rollout goes on"
        },
        footer = {
            "  nixfleet deploy --release rel-1 --tags web --strategy canary --wait",
            "  nixfleet deploy --release rel-1 --hosts 'web-*' --strategy staged \\",
            "    --batch-size 1,25%%,100%% --failure-threshold 5%% --on-failure revert"
        })
final class DeployCommand extends OperatorCommand {
    private static final Duration USUAL_HEALTH_TIMEOUT = Duration.ofMinutes(5);

    @Option(
            names = "--release",
            required = true,
            paramLabel = "ID",
            description = "The release to roll out.")
    private String release = "";

    @Option(
            names = "--tags",
            paramLabel = "TAG",
            split = ",",
            description = "For the machines with all of these tags, parted by commas. Repeatable.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = "--hosts",
            paramLabel = "HOST",
            split = ",",
            description =
                    "For these hosts of the release: names, in which * stands for any characters,"
                            + " parted by commas. Repeatable.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--cache-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_CACHE_URL}",
            description =
                    "Where machines fetch from, in place of the release's cache. Variable:"
                            + " NIXFLEET_CACHE_URL.")
    private @Nullable URI cacheUrl;

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

    @Mixin private WaitFlags wait = new WaitFlags();

    @Override
    String goingOn() {
        return "a rollout that has begun goes on: see 'nixfleet status'";
    }

    @Override
    ExitCode run(Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException {
        if (tags.isEmpty() == hosts.isEmpty()) {
            throw new UsageException("give either --tags or --hosts: which machines get it");
        }
        Duration limit = wait.limit();
        Strategy chosen = strategy(setup);
        if (!batchSizes.isEmpty() && chosen != Strategy.STAGED) {
            throw new UsageException("--batch-size is for --strategy staged");
        }
        batchSizes.forEach(size -> Share.parse("--batch-size", size));
        String share = setup.text(threshold, Setting.FAILURE_THRESHOLD).orElse("0");
        Share.parse("--failure-threshold", share);
        OnFailure then = onFailure(setup);
        Duration health = healthTimeout(setup);
        OperatorClient client = setup.client();
        var rollout =
                new NewRollout(
                        release,
                        Optional.ofNullable(cacheUrl)
                                .map(URI::toString)
                                .filter(url -> !url.isBlank()),
                        chosen,
                        batchSizes,
                        share,
                        then,
                        health,
                        target(client));
        Said<CreatedRollout> created = create(client, rollout);
        if (!wait.wait) {
            output.print(new NewRolloutView(created), false);
            return ExitCode.OK;
        }
        if (!output.json()) {
            output.err().println("rollout %s has begun".formatted(created.message().id()));
        }
        return new RolloutWait(client, created.message().id(), limit, output).follow();
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

    private RolloutTarget target(OperatorClient client)
            throws CommandFailure, OperatorException, InterruptedException {
        if (hosts.isEmpty()) {
            return new RolloutTarget.Tags(tags);
        }
        List<String> all =
                client.release(release).message().entries().stream()
                        .map(ReleaseEntry::hostname)
                        .toList();
        var patterns = new HostPatterns(hosts);
        List<String> idle = patterns.idle(all);
        if (!idle.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "release %s has no host %s; it has %s"
                            .formatted(release, String.join(", ", idle), String.join(", ", all)));
        }
        return new RolloutTarget.Hosts(patterns.of(all));
    }

    private static Said<CreatedRollout> create(OperatorClient client, NewRollout rollout)
            throws CommandFailure, OperatorException, InterruptedException {
        try {
            return client.create(rollout);
        } catch (OperatorException e) {
            if (!e.perhapsDone()) {
                throw e;
            }
            throw new CommandFailure(
                    ExitCode.of(e),
                    e.getMessage()
                            + "; it may have begun all the same: see 'nixfleet rollout list'");
        }
    }
}
