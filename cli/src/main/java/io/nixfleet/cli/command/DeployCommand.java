package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.controlplane.OperatorClient;
import io.nixfleet.cli.controlplane.OperatorException;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.cli.rollout.Share;
import io.nixfleet.cli.view.NewRolloutView;
import io.nixfleet.protocol.operator.CreatedRollout;
import io.nixfleet.protocol.operator.NewRollout;
import io.nixfleet.protocol.operator.ReleaseEntry;
import io.nixfleet.protocol.operator.RolloutTarget;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nixfleet deploy}: begins a rollout of a release. */
@Command(
        name = "deploy",
        customSynopsis = {
            "nixfleet deploy --release ID --tags TAG,... [OPTION]...",
            "       nixfleet deploy --release ID --hosts HOST,... [OPTION]...",
            "       nixfleet deploy --direct --release FILE --hosts HOST,... [OPTION]..."
        },
        description =
                "Roll a release out to machines, in batches; with --wait, follow it to its end."
                        + " With --direct there need be no control plane.",
        exitCodeList = {
            "0:begun; with --wait or --direct: the machines have it, and are healthy, but for those"
                    + " that may fail",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:there is no such release, it has no such host, or nobody says where its agent is",
            "4:the control plane, or an agent, does not let you in, or refuses the rollout",
            "5:the control plane, or an agent, does not answer",
            "8:another rollout is under way; with --direct: a host is at something else",
            "9:with --wait: it paused, failed, was cancelled, or is not over in time; with"
                    + " --direct: it paused, or was reverted",
            "130:interrupted; the rollout goes on, with --direct only on hosts that began"
        },
        footer = {
            "  nixfleet deploy --release rel-1 --tags web --strategy canary --wait",
            "  nixfleet deploy --release rel-1 --hosts 'web-*' --strategy staged \\",
            "    --batch-size 1,25%%,100%% --failure-threshold 5%% --on-failure revert",
            "  nixfleet deploy --direct --release release.json --hosts '*' \\",
            "    --agents agents.toml --strategy canary --on-failure revert"
        })
final class DeployCommand extends OperatorCommand {
    @Option(
            names = "--release",
            required = true,
            paramLabel = "ID",
            description =
                    "The release to roll out. With --direct also a file that 'release create --out'"
                            + " wrote.")
    private String release = "";

    @Option(
            names = "--tags",
            paramLabel = "TAG",
            split = ",",
            description =
                    "For the machines with all of these tags, parted by commas: as they report"
                            + " them, with --direct as the release has them. Repeatable.")
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

    @Mixin private StrategyFlags strategy = new StrategyFlags();

    @Option(
            names = "--direct",
            description =
                    "Without a control plane: run the rollout from here, by the push listeners of"
                            + " the hosts' agents, to its end. --health-timeout limits each host.")
    private boolean direct;

    @Option(
            names = "--agents",
            paramLabel = "WHERE",
            split = ",",
            description =
                    "For --direct, where agents listen: https://HOST:9443,"
                        + " NAME=https://ADDRESS:9443, or a TOML file with [agents] and NAME ="
                        + " \"https://ADDRESS:9443\"; besides [agents] of the fleet's file. Parted"
                        + " by commas. Repeatable.")
    private List<String> agents = new ArrayList<>();

    @Mixin private WaitFlags wait = new WaitFlags();

    private @Nullable DirectDeploy directly;

    @Override
    String goingOn() {
        return directly == null
                ? "a rollout that has begun goes on: see 'nixfleet status'"
                : directly.goingOn();
    }

    @Override
    ExitCode run(Setup setup, CommandOutput output)
            throws CommandFailure, IOException, InterruptedException {
        if (tags.isEmpty() == hosts.isEmpty()) {
            throw new UsageException("give either --tags or --hosts: which machines get it");
        }
        StrategyFlags.Chosen chosen = strategy.chosen(setup);
        Optional<String> cache =
                Optional.ofNullable(cacheUrl).map(URI::toString).filter(url -> !url.isBlank());
        if (direct) {
            wait.refuseLimit("--direct waits for each host: give --health-timeout");
            var rollout = new DirectDeploy(setup, output, release, chosen, cache);
            directly = rollout;
            return rollout.run(agents, new HostChoice(release, tags, hosts));
        }
        if (!agents.isEmpty()) {
            throw new UsageException("--agents is for --direct");
        }
        Duration limit = wait.limit();
        OperatorClient client = setup.client();
        var rollout =
                new NewRollout(
                        release,
                        cache,
                        chosen.strategy(),
                        chosen.sizes().stream().map(Share::text).toList(),
                        chosen.threshold().text(),
                        chosen.onFailure(),
                        chosen.healthTimeout(),
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

    private RolloutTarget target(OperatorClient client)
            throws CommandFailure, OperatorException, InterruptedException {
        if (hosts.isEmpty()) {
            return new RolloutTarget.Tags(tags);
        }
        return new RolloutTarget.Hosts(
                new HostChoice(release, tags, hosts)
                        .of(client.release(release).message().entries()).stream()
                                .map(ReleaseEntry::hostname)
                                .toList());
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
