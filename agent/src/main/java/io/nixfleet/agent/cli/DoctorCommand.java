package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.doctor.Doctor;
import io.nixfleet.agent.doctor.Examined;
import io.nixfleet.agent.doctor.Programs;
import io.nixfleet.agent.doctor.Subject;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nixfleet-agent doctor}: whether this host has what the agent needs. */
@Command(
        name = "doctor",
        customSynopsis = "nixfleet-agent doctor [OPTION]...",
        description =
                "Check what the agent needs of this host, and say of each thing what is wrong and"
                    + " how to mend it. Changes nothing. Where no option names a control plane,"
                    + " those of the unit nixfleet-agent.service are taken, under the own ones.",
        exitCodeList = {
            "0:nothing failed, though there may be warnings",
            "1:unexpected: a fault of ours",
            "2:an option is wrong",
            "11:something failed",
            "130:interrupted"
        },
        footer = {
            "  nixfleet-agent doctor",
            "  nixfleet-agent doctor --cache-url https://cache.example.com --json"
        })
final class DoctorCommand implements Callable<Integer> {
    /** With what ends after it, less than a minute. */
    private static final int DEFAULT_LIMIT = 20;

    private static final int LONGEST_LIMIT = 300;

    /** A check can await another's command and its own, and still say which of them hangs. */
    private static final int STEPS = 3;

    @Mixin private RunOptions options = new RunOptions();

    @Option(
            names = "--path",
            paramLabel = "STORE_PATH",
            description =
                    "The path that caches are asked for, to see who signs. Default: the running"
                            + " system.")
    private @Nullable StorePath path;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            defaultValue = "" + DEFAULT_LIMIT,
            description =
                    "Time for each check, 2 to 300; all are made at once. Default: "
                            + DEFAULT_LIMIT
                            + ".")
    private int timeLimit = DEFAULT_LIMIT;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        // What there is to say is in the findings.
        Logging.configure(Level.ERROR, LogFormat.PLAIN, System.err);
        var output = CommandOutput.of(spec, json);
        Duration limit;
        try {
            limit =
                    Duration.ofSeconds(
                            FlagValues.within("--time-limit", timeLimit, 2, LONGEST_LIMIT));
        } catch (UsageException e) {
            return output.fail(ExitCode.USAGE, e);
        }
        var own = new Programs(new ProcessRunner(), System.getenv(), limit.dividedBy(STEPS));
        Subject subject =
                new SubjectReader(options, Optional.ofNullable(path))
                        .read(Objects.requireNonNull(spec).commandLine().getParseResult(), own);
        List<Examined> examined =
                Doctor.examine(
                        subject,
                        new Programs(own.runner(), subject.origin().environment(), own.limit()),
                        limit,
                        Version.userAgent());
        var report = new DoctorReport(examined, Paint.ofOutput(), Marks.fitting(System.out));
        output.print(report, false);
        return (report.ok() ? ExitCode.OK : ExitCode.BROKEN_HOST).code();
    }
}
