package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.Units;
import io.nixfleet.substituter.fetch.PathResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;

/** Failed paths as lines: each cause with its reason, those that merely need it as a number. */
final class FailureLines {
    /** More causes than this say nothing new on a terminal; {@code --json} has them all. */
    private static final int LIMIT = 50;

    private FailureLines() {}

    static void print(PrintWriter err, List<PathResult.Failure> failures) {
        List<PathResult.Failure> causes =
                failures.stream().filter(f -> !(f instanceof PathResult.Blocked)).toList();
        for (PathResult.Failure cause : causes.subList(0, Math.min(LIMIT, causes.size()))) {
            err.printf("%s: %s%n  %s%n", label(cause), cause.path(), cause.reason());
            if (cause instanceof PathResult.Absent(_, _, var via) && !via.isEmpty()) {
                err.println(
                        "  needed by "
                                + via.reversed().stream()
                                        .map(path -> path.baseName())
                                        .collect(Collectors.joining(" ← ")));
            }
        }
        if (causes.size() > LIMIT) {
            err.printf("… and %d more; --json lists all%n", causes.size() - LIMIT);
        }
        int blocked = failures.size() - causes.size();
        if (blocked > 0) {
            err.printf(
                    "not tried, since they need one of these: %s%n", Units.count(blocked, "path"));
        }
    }

    static String label(PathResult.Failure failure) {
        return switch (failure) {
            case PathResult.Absent _ -> "absent";
            case PathResult.Refused _ -> "refused";
            case PathResult.Unreachable _ -> "unreachable";
            case PathResult.StoreFailed _ -> "store failure";
            case PathResult.Blocked _ -> "not tried";
        };
    }
}
