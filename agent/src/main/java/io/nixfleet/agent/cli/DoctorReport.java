package io.nixfleet.agent.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import io.nixfleet.agent.console.Units;
import io.nixfleet.agent.doctor.Examined;
import io.nixfleet.agent.doctor.Finding;
import io.nixfleet.agent.doctor.Result;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} found: a line for each check, and below it what mends it. */
record DoctorReport(List<Examined> examined, Paint paint, Marks marks) implements Report {
    private static final String INDENT = "    ";
    private static final int WIDEST_NAME = 50;

    /** Whether nothing failed. */
    boolean ok() {
        return count(Result.FAILED) == 0;
    }

    private long count(Result result) {
        return examined.stream().filter(one -> one.finding().result() == result).count();
    }

    @Override
    public ObjectNode toJson() {
        var object = JsonNodeFactory.instance.objectNode();
        object.put("ok", ok());
        var checks = object.putArray("checks");
        for (Examined one : examined) {
            Finding finding = one.finding();
            var check = checks.addObject();
            check.put("name", one.name());
            check.put("result", finding.result().word());
            check.put("seen", orNull(finding.seen()));
            check.put("problem", orNull(finding.problem()));
            check.put("remedy", orNull(finding.remedy()));
        }
        return object;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        int width =
                Math.min(
                        WIDEST_NAME,
                        examined.stream().mapToInt(one -> one.name().length()).max().orElse(0));
        for (Examined one : examined) {
            print(one, width, out);
        }
        out.println();
        out.println(summary());
    }

    private void print(Examined one, int width, PrintWriter out) {
        Finding finding = one.finding();
        boolean seen = !finding.seen().isEmpty();
        out.println(
                "%s %s  %s"
                        .formatted(
                                painted(finding.result(), marks.of(finding.result())),
                                ("%-" + width + "s").formatted(Paint.printable(one.name())),
                                Paint.printable(seen ? finding.seen() : finding.problem()))
                        .stripTrailing());
        if (finding.result() != Result.OK) {
            if (seen) {
                out.println(INDENT + Paint.printable(finding.problem()));
            }
            out.println(INDENT + "mend: " + Paint.printable(finding.remedy()));
        }
    }

    private String painted(Result result, String text) {
        return switch (result) {
            case OK -> paint.good(text);
            case WARNING -> paint.warning(text);
            case FAILED -> paint.bad(text);
            case NOT_CHECKED -> text;
        };
    }

    private String summary() {
        String counts =
                "%d ok, %s, %d not checked"
                        .formatted(
                                count(Result.OK),
                                Units.count(count(Result.WARNING), "warning"),
                                count(Result.NOT_CHECKED));
        return ok()
                ? paint.good("nothing failed") + ": " + counts
                : paint.bad("%d failed".formatted(count(Result.FAILED))) + ": " + counts;
    }
}
