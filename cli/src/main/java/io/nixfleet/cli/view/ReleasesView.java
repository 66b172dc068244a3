package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Report;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.Release;
import java.io.PrintWriter;
import java.util.List;

/** Releases, a line for each. */
public record ReleasesView(Said<List<Release>> said) implements Report {
    @Override
    public ObjectNode toJson() {
        return RawJson.field("releases", said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        var table = new Table("RELEASE", "CREATED", "HOSTS", "REVISION", "CACHE");
        for (Release release : said.message()) {
            table.row(
                    release.id(),
                    release.createdAt(),
                    String.valueOf(release.entries().size()),
                    release.flakeRev().map(ReleasesView::brief).orElse("-"),
                    release.cacheUrl().orElse("-"));
        }
        if (table.empty()) {
            out.println("there are no releases");
        } else {
            table.print(out);
        }
    }

    private static String brief(String revision) {
        return revision.substring(0, Math.min(12, revision.length()));
    }
}
