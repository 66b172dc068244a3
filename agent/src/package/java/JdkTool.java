import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.spi.ToolProvider;

/** A tool of the JDK that runs the build, in this process. */
record JdkTool(String name) {
    /** Runs the tool and gives all it printed; refuses with that text if it fails. */
    String run(List<String> arguments) {
        ToolProvider tool =
                ToolProvider.findFirst(name)
                        .orElseThrow(
                                () ->
                                        new Refusal(
                                                "%s has no %s: build with a whole JDK"
                                                        .formatted(
                                                                System.getProperty("java.home"),
                                                                name)));
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        if (tool.run(writer, writer, arguments.toArray(String[]::new)) != 0) {
            throw new Refusal(
                    "%s %s failed:%n%s".formatted(name, String.join(" ", arguments), output));
        }
        return output.toString();
    }
}
