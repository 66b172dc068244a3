import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine;

/**
 * Writes what shells and man know of the program, from its own options. The build runs it from
 * source, with the program's jars on the class path; nothing of it is in the package.
 *
 * <pre>
 * share/man/man1/NAME.1.gz
 *       bash-completion/completions/NAME
 *       zsh/site-functions/_NAME
 *       fish/vendor_completions.d/NAME.fish
 * </pre>
 */
final class WriteHelp {
    private WriteHelp() {}

    /**
     * Arguments: {@code program.properties}, the folder {@code share}, and the date of the manual,
     * as 2026-01-31.
     */
    public static void main(String[] arguments) throws Exception {
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(arguments[0]))) {
            properties.load(in);
        }
        Path share = Path.of(arguments[1]);
        CommandLine program =
                (CommandLine)
                        Class.forName(properties.getProperty("commands"))
                                .getMethod("commandLine")
                                .invoke(null);
        String name = program.getCommandName();
        List<Command> commands = Command.all(program);
        String page = new ManPage(name, properties, commands, arguments[2]).toString();
        // Java's stream writes no time into the head: the same text gives the same bytes.
        try (OutputStream out =
                new GZIPOutputStream(
                        Files.newOutputStream(
                                inFolder(share, "man/man1/%s.1.gz".formatted(name))))) {
            out.write(page.getBytes(UTF_8));
        }
        write(share, "bash-completion/completions/" + name, new BashCompletion(name, commands));
        write(share, "zsh/site-functions/_" + name, new ZshCompletion(name, commands));
        write(
                share,
                "fish/vendor_completions.d/%s.fish".formatted(name),
                new FishCompletion(name, commands));
    }

    private static void write(Path share, String file, Object content) throws IOException {
        Files.writeString(inFolder(share, file), content.toString());
    }

    private static Path inFolder(Path share, String file) throws IOException {
        Path path = share.resolve(file);
        Files.createDirectories(path.getParent());
        return path;
    }
}
