package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.MachineHealth;
import io.nixfleet.protocol.operator.Rollout;
import io.nixfleet.protocol.operator.RolloutBatch;
import java.io.PrintWriter;
import java.util.List;

/** One rollout, a line for each machine. */
public record RolloutView(Said<Rollout> said, Paint paint) implements Report {
    private static final MachineHealth UNKNOWN = new MachineHealth("unknown", "");

    @Override
    public ObjectNode toJson() {
        return RawJson.object(said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        Rollout rollout = said.message();
        RolloutsView.table(List.of(rollout), paint).print(out);
        out.println();
        var table = new Table("MACHINE", "BATCH", "STATUS", "HEALTH", "");
        for (RolloutBatch batch : rollout.batches()) {
            for (String machine : batch.machines()) {
                MachineHealth health = batch.health().getOrDefault(machine, UNKNOWN);
                table.row(
                        Table.Cell.of(machine),
                        Table.Cell.of(String.valueOf(batch.index() + 1)),
                        Table.Cell.of(batch.status()),
                        Tones.health(health.word(), paint),
                        Table.Cell.of(health.reason()));
            }
        }
        table.print(out);
        if (rollout.paused()) {
            out.println();
            out.println(goingOn(rollout));
        }
    }

    /** What to do with a rollout that waits for its operator. */
    public static String goingOn(Rollout rollout) {
        String id = Paint.printable(rollout.id());
        return "go on with 'nixfleet rollout resume %s', or end it with 'nixfleet rollout cancel %s'"
                .formatted(id, id);
    }
}
