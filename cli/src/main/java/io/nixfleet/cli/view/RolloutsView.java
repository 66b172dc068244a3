package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.Rollout;
import java.io.PrintWriter;
import java.util.List;

/** Rollouts, a line for each. */
public record RolloutsView(Said<List<Rollout>> said, Paint paint) implements Report {
    @Override
    public ObjectNode toJson() {
        return RawJson.field("rollouts", said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        if (said.message().isEmpty()) {
            out.println("there are no such rollouts");
        } else {
            table(said.message(), paint).print(out);
        }
    }

    static Table table(List<Rollout> rollouts, Paint paint) {
        var table = new Table("ROLLOUT", "STATUS", "STRATEGY", "BATCHES", "RELEASE", "CREATED");
        for (Rollout rollout : rollouts) {
            long done =
                    rollout.batches().stream()
                            .filter(batch -> batch.status().equals("succeeded"))
                            .count();
            table.row(
                    Table.Cell.of(rollout.id()),
                    Tones.rollout(rollout.status(), paint),
                    Table.Cell.of(rollout.strategy()),
                    Table.Cell.of("%d of %d".formatted(done, rollout.batches().size())),
                    Table.Cell.of(rollout.releaseId()),
                    Table.Cell.of(rollout.createdAt()));
        }
        return table;
    }
}
