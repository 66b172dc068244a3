package io.nixfleet.cli.view;

import io.nixfleet.cli.nix.OutputText;
import io.nixfleet.cli.push.PushListener;
import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How far each path is, a line for each, named by the hosts whose system it is.
 *
 * @param hosts of each path
 */
public record PushView(LiveLines lines, Map<StorePath, List<String>> hosts)
        implements PushListener {
    /** Shows that all of them will come, in their order. */
    public static PushView of(LiveLines lines, SequencedMap<StorePath, List<String>> hosts) {
        lines.expect(hosts.values().stream().map(PushView::name).toList());
        return new PushView(lines, hosts);
    }

    @Override
    public void began(StorePath path, Step step) {
        lines.state(
                name(path),
                switch (step) {
                    case COPYING -> "copying";
                    case HOOK -> "in the push hook";
                });
    }

    @Override
    public void said(StorePath path, String line) {
        lines.detail(name(path), OutputText.line(line));
    }

    @Override
    public void ended(StorePath path) {
        lines.over(name(path), "pushed");
    }

    private String name(StorePath path) {
        return name(hosts.getOrDefault(path, List.of(path.name())));
    }

    private static String name(List<String> hosts) {
        return String.join(", ", hosts);
    }
}
