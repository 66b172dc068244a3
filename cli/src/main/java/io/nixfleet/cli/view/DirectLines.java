package io.nixfleet.cli.view;

import io.nixfleet.cli.direct.RolloutListener;
import io.nixfleet.cli.rollout.HostEnd;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Follows a rollout that the command runs itself, a line for each host. */
public final class DirectLines implements RolloutListener {
    private final LiveLines lines;
    private final int batches;
    private final Map<String, String> shown = new ConcurrentHashMap<>();
    private volatile String prefix = "";

    /**
     * @param batches how many there are
     */
    public DirectLines(LiveLines lines, int batches) {
        this.lines = lines;
        this.batches = batches;
    }

    @Override
    public void batch(int index, List<String> hosts) {
        prefix = batches == 1 ? "" : "batch %d: ".formatted(index + 1);
        lines.footer(
                "batch %d of %d: %s".formatted(index + 1, batches, String.join(", ", hosts)),
                batches > 1);
    }

    @Override
    public void reverting(List<String> hosts) {
        prefix = "going back: ";
        lines.footer(
                hosts.isEmpty()
                        ? "no host has it: there is nothing to bring back"
                        : "bringing back %s".formatted(String.join(", ", hosts)),
                true);
    }

    @Override
    public void doing(String host, String what, String detail) {
        String state = prefix + what;
        if (!state.equals(shown.put(host, state))) {
            lines.state(host, state);
        }
        lines.detail(host, detail);
    }

    @Override
    public void over(String host, HostEnd end) {
        shown.remove(host);
        lines.over(host, DirectView.words(end));
    }
}
