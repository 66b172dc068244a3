package io.nixfleet.cli.view;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nixfleet.agent.console.Paint;
import io.nixfleet.agent.console.Report;
import java.io.PrintWriter;

/**
 * Something was done, and there is nothing more to say.
 *
 * @param status in a word, for programs
 * @param id of what it was done to
 * @param sentence for people
 */
public record Done(String status, String id, String sentence) implements Report {
    @Override
    public ObjectNode toJson() {
        return JsonNodeFactory.instance.objectNode().put("status", status).put("id", id);
    }

    @Override
    public void print(PrintWriter out, PrintWriter err, boolean quiet) {
        out.println(Paint.printable(sentence));
    }
}
