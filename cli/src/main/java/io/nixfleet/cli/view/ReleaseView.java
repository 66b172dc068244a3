package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.Release;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.io.PrintWriter;

/** One release, with the system of each host. */
public record ReleaseView(Said<Release> said) implements Report {
    @Override
    public ObjectNode toJson() {
        return RawJson.object(said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        Release release = said.message();
        line(out, "release", release.id());
        line(out, "created", (release.createdAt() + " " + release.createdBy()).strip());
        line(out, "flake", release.flakeRef().orElse("-"));
        line(out, "revision", release.flakeRev().orElse("-"));
        line(out, "cache", release.cacheUrl().orElse("-"));
        out.println();
        var table = new Table("HOST", "PLATFORM", "TAGS", "SYSTEM");
        for (ReleaseEntry entry : release.entries()) {
            table.row(
                    entry.hostname(),
                    entry.platform(),
                    String.join(",", entry.tags()),
                    entry.storePath());
        }
        table.print(out);
    }

    private static void line(PrintWriter out, String label, String value) {
        out.println("%-10s%s".formatted(label, Paint.printable(value)));
    }
}
