package io.nixfleet.cli.view;

import io.nixfleet.cli.flake.BuildListener;
import io.nixfleet.cli.flake.HostResult;
import io.nixfleet.cli.nix.OutputText;
import java.util.regex.Pattern;

/** How far each host is, a line for each. */
public record BuildView(LiveLines lines) implements BuildListener {
    /** Of a build, and of a path that comes from a cache or another builder. */
    private static final Pattern BEGINNING = Pattern.compile("(building|copying path) '");

    @Override
    public void began(String host, Step step) {
        lines.state(
                host,
                switch (step) {
                    case EVALUATING -> "evaluating";
                    case BUILDING -> "building";
                });
    }

    @Override
    public void said(String line) {
        String text = OutputText.line(line);
        lines.footer("nix: " + text, BEGINNING.matcher(text).lookingAt());
    }

    @Override
    public void ended(HostResult result) {
        lines.over(
                result.host(),
                switch (result) {
                    case HostResult.Ready(var system) -> "ready: " + system.path();
                    case HostResult.Failed _ -> "failed";
                });
    }
}
