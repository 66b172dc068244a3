import static java.nio.charset.StandardCharsets.UTF_8;

import io.nixfleet.agent.cli.Version;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Writes what shells and man know of the program, from its own options. The build runs it from
 * source, with the program's jars on the class path; nothing of it is in the package.
 *
 * <pre>
 * share/man/man1/nixfleet-agent.1.gz
 *       bash-completion/completions/nixfleet-agent
 *       zsh/site-functions/_nixfleet-agent
 *       fish/vendor_completions.d/nixfleet-agent.fish
 * </pre>
 */
final class WriteHelp {
    private WriteHelp() {}

    /** Arguments: the folder {@code share}, and the date of the manual, as 2026-01-31. */
    public static void main(String[] arguments) throws IOException {
        Path share = Path.of(arguments[0]);
        List<Command> commands = Command.all();
        String page = new ManPage(commands, arguments[1], Version.current()).toString();
        // Java's stream writes no time into the head: the same text gives the same bytes.
        try (OutputStream out =
                new GZIPOutputStream(
                        Files.newOutputStream(inFolder(share, "man/man1/nixfleet-agent.1.gz")))) {
            out.write(page.getBytes(UTF_8));
        }
        write(share, "bash-completion/completions/nixfleet-agent", new BashCompletion(commands));
        write(share, "zsh/site-functions/_nixfleet-agent", new ZshCompletion(commands));
        write(share, "fish/vendor_completions.d/nixfleet-agent.fish", new FishCompletion(commands));
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
