package io.nixfleet.agent.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;

/** What a command has to say at its end, for people and for programs. */
public interface Report {
    /** One JSON object. */
    ObjectNode toJson();

    /** Lines for people: results to {@code out} unless {@code quiet}, failures to {@code err}. */
    void print(PrintWriter out, PrintWriter err, boolean quiet);
}
