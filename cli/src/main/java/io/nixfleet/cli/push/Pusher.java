package io.nixfleet.cli.push;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Pushes paths one after the other: systems share most of what they refer to, so that all but the
 * first have little left to copy.
 */
public final class Pusher {
    /** A key that wants a passphrase typed, or a host that is down, must not be waited for. */
    private static final List<String> SSH_OPTIONS =
            List.of(
                    "-o",
                    "BatchMode=yes",
                    "-o",
                    "ConnectTimeout=20",
                    "-o",
                    "ServerAliveInterval=20");

    private static final String SSH_VARIABLE = "NIX_SSHOPTS";

    /** What Nix remembers of a cache, which somebody may have emptied, must not count. */
    private static final List<String> FRESH =
            List.of(
                    "--option",
                    "narinfo-cache-negative-ttl",
                    "0",
                    "--option",
                    "narinfo-cache-positive-ttl",
                    "0");

    private static final Duration COPY_LIMIT = Duration.ofHours(12);
    private static final Duration HOOK_LIMIT = Duration.ofHours(2);

    private final Nix commands;
    private final PushPlan plan;
    private final List<String> sshOptions;

    /**
     * @param runner starts the commands
     * @param variables our environment, of which {@code NIX_SSHOPTS} counts
     */
    public Pusher(ProcessRunner runner, Map<String, String> variables, PushPlan plan) {
        sshOptions = new ArrayList<>(SSH_OPTIONS);
        Stream.of(variables.getOrDefault(SSH_VARIABLE, "").split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .forEach(sshOptions::add);
        var environment = new HashMap<String, String>();
        environment.put(SSH_VARIABLE, String.join(" ", sshOptions));
        this.commands = new Nix(runner, environment);
        this.plan = plan;
    }

    /**
     * Pushes all, and stops at the first that fails.
     *
     * @param paths each with the hosts whose system it is
     */
    public void push(SequencedMap<StorePath, List<String>> paths, PushListener listener)
            throws PushException, InterruptedException {
        for (Map.Entry<StorePath, List<String>> entry : paths.entrySet()) {
            StorePath path = entry.getKey();
            try {
                if (plan.target().isPresent()) {
                    listener.began(path, PushListener.Step.COPYING);
                    copy(path, plan.target().get(), line -> listener.said(path, line));
                }
                if (plan.hook().isPresent()) {
                    listener.began(path, PushListener.Step.HOOK);
                    runHook(path, plan.hook().get(), line -> listener.said(path, line));
                }
            } catch (NixException e) {
                throw new PushException(path, entry.getValue(), e);
            }
            listener.ended(path);
        }
    }

    private void copy(StorePath path, PushTarget target, Consumer<String> lines)
            throws NixException, InterruptedException {
        var words = new ArrayList<>(Nix.command("copy", "--to", target.nixName()));
        words.addAll(FRESH);
        words.add(path.toString());
        commands.work("nix copy --to " + target.shown(), words, COPY_LIMIT, COPY_LIMIT, lines);
    }

    private void runHook(StorePath path, String hook, Consumer<String> lines)
            throws NixException, InterruptedException {
        String command = hook.replace("{}", path.toString());
        var host = plan.target().flatMap(PushTarget::sshHost);
        String where = host.map(h -> " on " + h.destination()).orElse("");
        commands.work(
                "the push hook" + where + ", '%s'".formatted(command),
                host.map(h -> ssh(h, command)).orElse(List.of("sh", "-c", command)),
                HOOK_LIMIT,
                HOOK_LIMIT,
                lines);
    }

    private List<String> ssh(PushTarget.SshHost host, String command) {
        var words = new ArrayList<String>();
        words.add("ssh");
        words.addAll(sshOptions);
        if (host.port() >= 0) {
            words.addAll(List.of("-p", String.valueOf(host.port())));
        }
        words.addAll(List.of("--", host.destination(), command));
        return words;
    }
}
