package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.cli.controlplane.OperatorClient;
import io.nixfleet.cli.view.FleetView;
import io.nixfleet.cli.view.MachinesView;
import io.nixfleet.cli.view.RolloutsView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nixfleet status}: how the fleet is. */
@Command(
        name = "status",
        customSynopsis = "nixfleet status [OPTION]...",
        description =
                "Show how the fleet is: rollouts under way, each machine, and how many run what"
                        + " they should.",
        exitCodeList = {
            "0:shown",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "4:the control plane does not let you in",
            "5:the control plane does not answer",
            "130:interrupted"
        },
        footer = "  nixfleet status --stale-after 120")
final class StatusCommand extends OperatorCommand {
    @Mixin private StaleFlag stale = new StaleFlag();

    @Override
    ExitCode run(Setup setup, CommandOutput output) throws IOException, InterruptedException {
        OperatorClient client = setup.client();
        Paint paint = Paint.ofOutput();
        output.print(
                new FleetView(
                        new MachinesView(client.machines(List.of()), stale.after(), paint),
                        new RolloutsView(client.rollouts(Optional.empty()), paint)),
                false);
        return ExitCode.OK;
    }
}
