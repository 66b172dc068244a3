package io.nixfleet.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs the program within the test. */
final class Program {
    private Program() {}

    /** How a run ended. */
    record Run(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    static Run run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code =
                CommandLines.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }
}
