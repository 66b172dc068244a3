package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.protocol.operator.Machine;
import io.nixfleet.protocol.operator.Rollout;
import java.io.PrintWriter;
import java.util.List;

/** How the fleet is: rollouts that are under way, machines, and a summary. */
public record FleetView(MachinesView machines, RolloutsView rollouts) implements Report {
    @Override
    public ObjectNode toJson() {
        ObjectNode object = machines.toJson();
        object.set("rollouts", rollouts.toJson().path("rollouts"));
        return object;
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        List<Rollout> active =
                rollouts.said().message().stream().filter(one -> !one.over()).toList();
        if (!active.isEmpty()) {
            RolloutsView.table(active, rollouts.paint()).print(out);
            out.println();
        }
        machines.print(out, err, quiet);
        List<Machine> all = machines.said().message();
        out.println();
        out.println(
                "%s: %d run what they should, %d report an error, %d were not seen for %s"
                        .formatted(
                                Units.count(all.size(), "machine"),
                                all.stream().filter(Machine::inSync).count(),
                                all.stream()
                                        .filter(one -> one.systemState().equals("error"))
                                        .count(),
                                all.stream().filter(this::stale).count(),
                                Units.duration(machines.stale())));
    }

    private boolean stale(Machine machine) {
        return machine.sinceLastReport()
                .map(since -> since.compareTo(machines.stale()) > 0)
                .orElse(true);
    }
}
