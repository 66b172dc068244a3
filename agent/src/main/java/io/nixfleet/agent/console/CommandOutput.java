package io.nixfleet.agent.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command's words go: results to standard output, the rest to standard error. */
public record CommandOutput(PrintWriter out, PrintWriter err, Terminal terminal, boolean json) {
    /** The exit code after SIGINT, as shells have it. */
    public static final int INTERRUPTED = 130;

    /** Those of a command, once picocli has set its spec. */
    public static CommandOutput of(@Nullable CommandSpec spec, boolean json) {
        var commandLine = Objects.requireNonNull(spec, "picocli sets the spec").commandLine();
        return new CommandOutput(
                commandLine.getOut(), commandLine.getErr(), Terminal.detect(System.getenv()), json);
    }

    /** Prints what there is to say, as people or programs want it. */
    public void print(Report report, boolean quiet) {
        if (json) {
            printJson(report.toJson());
        } else {
            report.print(out, err, quiet);
        }
        out.flush();
        err.flush();
    }

    /** Warns on standard error, whatever else is to be quiet. */
    public void warn(String text) {
        err.println("warning: " + text);
        err.flush();
    }

    /** Says what failed; returns the exit code. */
    public int fail(ExitStatus exit, Exception failure) {
        return fail(exit, Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
    }

    /** Says what failed; returns the exit code. */
    public int fail(ExitStatus exit, String failure) {
        return failed(exit.code(), failure, "error: " + failure);
    }

    /** Says that a signal ended it, and how to go on; returns the exit code. */
    public int interrupted(String goingOn) {
        String failure = "interrupted; " + goingOn;
        return failed(INTERRUPTED, failure, failure);
    }

    private int failed(int code, String failure, String line) {
        if (json) {
            var object = JsonNodeFactory.instance.objectNode();
            object.put("status", "failed");
            object.put("exitCode", code);
            object.put("error", failure);
            printJson(object);
            out.flush();
        } else {
            err.println(line);
            err.flush();
        }
        return code;
    }

    private void printJson(Object object) {
        try {
            out.println(
                    new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(object));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree cannot fail to print", e);
        }
    }
}
