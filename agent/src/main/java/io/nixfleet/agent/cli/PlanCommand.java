package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.fetch.Substitution;
import io.nixfleet.substituter.store.EmptyStore;
import io.nixfleet.substituter.store.StoreException;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code nixfleet-agent plan}: what a fetch would do, without doing it. */
@Command(
        name = "plan",
        customSynopsis = "nixfleet-agent plan --from URL [OPTION]... STORE_PATH...",
        description =
                "Show what a fetch would bring: paths, sizes, absent paths, which cache has what."
                    + " With --air-gapped: whether the caches have the whole closure, so that hosts"
                    + " without any other can deploy it.",
        exitCodeList = {
            "0:all is valid, or can be had",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or a file that it names",
            "3:a path is absent from every cache",
            "4:a path is refused: no valid signature",
            "5:a cache that may have it did not answer",
            "6:the store failed",
            "130:interrupted"
        },
        footer = {
            "  nixfleet-agent plan --from https://cache.example.com \\",
            "    /nix/store/…-nixos-system-web-25.11",
            "  nixfleet-agent plan --air-gapped --from https://cache.example.com \\",
            "    /nix/store/…-nixos-system-web-25.11"
        })
final class PlanCommand implements Callable<Integer> {
    @Mixin private FetchOptions options = new FetchOptions();

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var output = CommandOutput.of(spec, options.json);
        try (var display =
                FetchDisplay.choose(
                        options.quiet || options.json, output.terminal(), output.err())) {
            try (var setup =
                            FetchSetup.open(
                                    options, FetchSetup.store(options), display, output::warn);
                    Substitution substitution = substituter(setup).open()) {
                ClosurePlan plan = substitution.plan(options.roots);
                display.close();
                ExitCode exit = ExitCode.of(plan.failures());
                output.print(new PlanReport(setup.storeName(), plan, exit), options.quiet);
                return exit.code();
            } catch (StoreException e) {
                display.close();
                return output.fail(ExitCode.STORE, e);
            } catch (UsageException e) {
                display.close();
                return output.fail(ExitCode.USAGE, e);
            }
        }
    }

    /** To find out whether the caches have all of it, what this host has already must not count. */
    private Substituter substituter(FetchSetup setup) {
        return options.airGapped
                ? setup.substituterInto(new EmptyStore(StoreDir.NIX_STORE))
                : setup.substituter();
    }
}
