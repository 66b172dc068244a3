package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.ReleaseDiff;
import java.io.PrintWriter;

/** From one release to another: hosts that came, went and changed. */
public record ReleaseDiffView(Said<ReleaseDiff> said, Paint paint) implements Report {
    @Override
    public ObjectNode toJson() {
        return RawJson.object(said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        ReleaseDiff diff = said.message();
        diff.added().forEach(host -> out.println(paint.good("+ " + Paint.printable(host))));
        diff.removed().forEach(host -> out.println(paint.bad("- " + Paint.printable(host))));
        for (ReleaseDiff.Changed changed : diff.changed()) {
            out.println(paint.warning("~ " + Paint.printable(changed.hostname())));
            out.println("    from " + Paint.printable(changed.oldStorePath()));
            out.println("    to   " + Paint.printable(changed.newStorePath()));
        }
        out.println(
                "%d added, %d removed, %d changed, %d the same"
                        .formatted(
                                diff.added().size(),
                                diff.removed().size(),
                                diff.changed().size(),
                                diff.unchanged().size()));
    }
}
