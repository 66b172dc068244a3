package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.api.AgentUnreachableException;
import io.nixfleet.agent.api.Reply;
import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.nix.store.StorePath;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nixfleet-agent deploy}: has the running agent deploy a system. */
@Command(
        name = "deploy",
        customSynopsis = "nixfleet-agent deploy [OPTION]... STORE_PATH",
        description = "Have the agent of this host deploy a system.",
        exitCodeList = {
            "0:accepted; with --wait: deployed, or it ran already",
            "1:unexpected: a fault of ours",
            "2:an option or the path is wrong",
            "7:the agent cannot be reached",
            "8:refused, or under way already",
            "9:with --wait: failed, rolled back, replaced by another, or not over in time",
            "130:interrupted; what was accepted goes on"
        },
        footer = {
            "  nixfleet-agent deploy --wait /nix/store/…-nixos-system-web-25.11",
            "  nixfleet-agent deploy --cache-url https://cache.example.com \\",
            "    --action test /nix/store/…-nixos-system-web-25.11"
        })
final class DeployCommand extends AgentCommand {
    private static final Duration ASK_EVERY = Duration.ofMillis(500);

    @Parameters(index = "0", paramLabel = "STORE_PATH", description = "The system.")
    private @Nullable StorePath path;

    @Option(
            names = "--cache-url",
            paramLabel = "URL",
            description = "Where to fetch it. Default: the agent's own cache.")
    private @Nullable URI cacheUrl;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            defaultValue = "switch",
            description = "switch, boot, test or dry-activate. Default: switch.")
    private Action action = Action.SWITCH;

    @Option(names = "--wait", description = "Follow the deployment to its end.")
    private boolean wait;

    @Option(
            names = "--wait-limit",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "How long --wait follows it at most. Default: 3600.")
    private long waitSeconds;

    @Override
    ExitCode ask(AgentClient agent, CommandOutput output)
            throws AgentUnreachableException, InterruptedException {
        if (waitSeconds < 1) {
            output.fail(ExitCode.USAGE, "--wait-limit takes a number of seconds from 1 on");
            return ExitCode.USAGE;
        }
        Reply reply = agent.post("/v1/deploy", body());
        if (!reply.ok()) {
            return refused(output, reply);
        }
        String id = reply.body().path("id").asText();
        if (!wait) {
            output.print(new Accepted(reply.body()), false);
            return ExitCode.OK;
        }
        return follow(agent, output, id);
    }

    private ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("hash", String.valueOf(path));
        body.put("action", action.word());
        if (cacheUrl != null) {
            body.put("cache_url", cacheUrl.toString());
        }
        return body;
    }

    private ExitCode follow(AgentClient agent, CommandOutput output, String id)
            throws AgentUnreachableException, InterruptedException {
        Consumer<String> news = output.json() ? _ -> {} : line -> say(output.err(), line);
        var watch = new DeploymentWatch(agent, InstantSource.system(), ASK_EVERY, news);
        return switch (watch.await(id, Duration.ofSeconds(waitSeconds))) {
            case DeploymentWatch.Ended ended -> {
                output.print(new EndReport(ended.entry(), Paint.ofOutput()), false);
                yield ended.deployed() ? ExitCode.OK : ExitCode.NOT_DEPLOYED;
            }
            case DeploymentWatch.Lost(String why) -> {
                output.fail(ExitCode.NOT_DEPLOYED, why);
                yield ExitCode.NOT_DEPLOYED;
            }
        };
    }

    private static void say(PrintWriter err, String line) {
        err.println(line);
        err.flush();
    }

    private record Accepted(ObjectNode toJson) implements Report {
        @Override
        public void print(PrintWriter out, PrintWriter err, boolean quiet) {
            out.println("deployment " + toJson.path("id").asText());
        }
    }

    private record EndReport(ObjectNode toJson, Paint paint) implements Report {
        @Override
        public void print(PrintWriter out, PrintWriter err, boolean quiet) {
            out.println(
                    paint.outcome(toJson.path("outcome").asText())
                            + ": "
                            + Paint.printable(toJson.path("message").asText()));
        }
    }
}
