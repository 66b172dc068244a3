package io.nixfleet.agent.console;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * What standard error is connected to.
 *
 * @param interactive whether it is a terminal that can redraw a line
 * @param colours whether colours are welcome; never when {@code NO_COLOR} is set
 * @param columns the terminal's width
 * @param rows its height
 */
public record Terminal(boolean interactive, boolean colours, int columns, int rows) {
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final Size DEFAULT_SIZE = new Size(80, 24);

    private record Size(int columns, int rows) {}

    /** What it is now. */
    public static Terminal detect(Map<String, String> environment) {
        boolean interactive = !dumb(environment) && isTerminal(STDERR);
        boolean colours = interactive && coloursWelcome(environment);
        Size size = interactive ? size(STDERR) : DEFAULT_SIZE;
        return new Terminal(interactive, colours, size.columns, size.rows);
    }

    /** Whether colours are welcome on standard output. */
    public static boolean coloursOnOutput(Map<String, String> environment) {
        return coloursWelcome(environment) && isTerminal(STDOUT);
    }

    /** Whether they would be on a terminal. */
    public static boolean coloursWelcome(Map<String, String> environment) {
        return !dumb(environment) && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    private static boolean dumb(Map<String, String> environment) {
        return "dumb".equals(environment.getOrDefault("TERM", "dumb"));
    }

    /** System.console() speaks of input and output together; here it is one of them. */
    private static boolean isTerminal(int descriptor) {
        try {
            MethodHandle isatty =
                    function(
                            "isatty",
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            return (int) isatty.invokeExact(descriptor) == 1;
        } catch (Throwable _) {
            return false;
        }
    }

    private static Size size(int descriptor) {
        boolean linux = System.getProperty("os.name", "").startsWith("Linux");
        long windowSizeRequest = linux ? 0x5413L : 0x40087468L;
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle ioctl =
                    function(
                            "ioctl",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS),
                            Linker.Option.firstVariadicArg(2));
            MemorySegment rowsAndColumns = arena.allocate(8, 2);
            int failed = (int) ioctl.invokeExact(descriptor, windowSizeRequest, rowsAndColumns);
            int rows = rowsAndColumns.get(ValueLayout.JAVA_SHORT, 0);
            int columns = rowsAndColumns.get(ValueLayout.JAVA_SHORT, 2);
            return new Size(
                    failed == 0 && columns > 0 ? columns : DEFAULT_SIZE.columns,
                    failed == 0 && rows > 0 ? rows : DEFAULT_SIZE.rows);
        } catch (Throwable _) {
            return DEFAULT_SIZE;
        }
    }

    /** Two calls of libc, both with the types that its manual gives. */
    @SuppressWarnings("restricted")
    private static MethodHandle function(
            String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), type, options);
    }
}
