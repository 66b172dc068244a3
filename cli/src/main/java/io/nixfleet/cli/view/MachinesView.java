package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.cli.controlplane.Said;
import io.nixfleet.protocol.operator.Machine;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;

/**
 * Machines, a line for each.
 *
 * @param stale after how long without a report a machine is worth a look
 */
public record MachinesView(Said<List<Machine>> said, Duration stale, Paint paint)
        implements Report {
    private static final int HASH_SHOWN = 8;

    @Override
    public ObjectNode toJson() {
        return RawJson.field("machines", said.json());
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        if (said.message().isEmpty()) {
            out.println("there are no such machines");
            return;
        }
        var table = new Table("MACHINE", "STATE", "RUNS", "WANTED", "SEEN", "TAGS", "AGENT");
        for (Machine machine : said.message()) {
            table.row(
                    Table.Cell.of(machine.id()),
                    state(machine),
                    Table.Cell.of(brief(machine.currentGeneration())),
                    wanted(machine),
                    seen(machine),
                    Table.Cell.of(String.join(",", machine.tags())),
                    Table.Cell.of(machine.agentVersion()));
        }
        table.print(out);
    }

    private Table.Cell state(Machine machine) {
        if (!machine.lifecycle().equals("active")) {
            return new Table.Cell(machine.lifecycle(), paint::warning);
        }
        return switch (machine.systemState()) {
            case "ok" -> new Table.Cell("ok", paint::good);
            case "error" -> new Table.Cell("error", paint::bad);
            default -> Table.Cell.of(machine.systemState());
        };
    }

    private Table.Cell wanted(Machine machine) {
        if (machine.desiredGeneration().isEmpty()) {
            return Table.Cell.of("-");
        }
        return machine.inSync()
                ? new Table.Cell("what runs", paint::good)
                : new Table.Cell(brief(machine.desiredGeneration().get()), paint::warning);
    }

    private Table.Cell seen(Machine machine) {
        if (machine.sinceLastReport().isEmpty()) {
            return new Table.Cell("never", paint::warning);
        }
        Duration since = machine.sinceLastReport().get();
        String text = Units.duration(since) + " ago";
        return since.compareTo(stale) > 0
                ? new Table.Cell(text, paint::warning)
                : Table.Cell.of(text);
    }

    /** Enough of the hash to tell systems apart, and the name. */
    private static String brief(String path) {
        int slash = path.lastIndexOf('/');
        int dash = path.indexOf('-', slash);
        return dash - slash > HASH_SHOWN
                ? path.substring(slash + 1, slash + 1 + HASH_SHOWN) + "…" + path.substring(dash)
                : path.isEmpty() ? "-" : path;
    }
}
