package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.CreatedRollout;
import io.nixfleet.protocol.operator.RolloutBatch;
import java.io.PrintWriter;

/** A rollout that has begun, a line for each batch. */
public record NewRolloutView(Said<CreatedRollout> said) implements Report {
    @Override
    public ObjectNode toJson() {
        return RawJson.object(said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        CreatedRollout rollout = said.message();
        var table = new Table("BATCH", "MACHINES");
        for (RolloutBatch batch : rollout.batches()) {
            table.row(String.valueOf(batch.index() + 1), String.join(", ", batch.machines()));
        }
        table.print(out);
        out.println();
        String id = Paint.printable(rollout.id());
        out.println(
                "rollout %s of %s has begun: follow it with 'nixfleet rollout status %s --wait'"
                        .formatted(id, Units.count(rollout.machines(), "machine"), id));
    }
}
