package io.nixfleet.cli.view;

import io.nixfleet.agent.console.Paint;
import io.nixfleet.cli.flake.HostResult;
import io.nixfleet.cli.verify.CacheReport;
import io.nixfleet.nix.store.StorePath;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** What failed, with what the commands that failed had to say. */
public final class FailureView {
    private static final int MOST_PROBLEMS = 50;
    private static final int MOST_LINES = 40;

    private FailureView() {}

    /** Each host that failed. */
    public static void print(PrintWriter err, List<HostResult.Failed> failures) {
        for (HostResult.Failed failure : failures) {
            err.println(Paint.printable(failure.reason()));
            printOutput(err, failure.output());
        }
        err.flush();
    }

    /** The end of what a command said, where the reason is. */
    public static void printOutput(PrintWriter err, String output) {
        List<String> lines = output.lines().toList();
        if (lines.size() > MOST_LINES) {
            err.println("    … %d lines before".formatted(lines.size() - MOST_LINES));
        }
        lines.stream()
                .skip(Math.max(0, lines.size() - MOST_LINES))
                .forEach(line -> err.println("    " + line));
        err.flush();
    }

    /** Each path that hosts could not fetch. */
    public static void print(PrintWriter err, CacheReport report) {
        for (CacheReport.Problem problem :
                report.problems().stream().limit(MOST_PROBLEMS).toList()) {
            err.println("%s: %s".formatted(problem.kind(), problem.path()));
            err.println("    " + Paint.printable(problem.reason()));
            if (!problem.via().isEmpty()) {
                err.println(
                        "    needed by "
                                + problem.via().reversed().stream()
                                        .map(StorePath::baseName)
                                        .collect(Collectors.joining(" ← ")));
            }
        }
        if (report.problems().size() > MOST_PROBLEMS) {
            err.println("and %d more".formatted(report.problems().size() - MOST_PROBLEMS));
        }
        err.flush();
    }
}
