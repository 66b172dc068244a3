import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a training run finds around it: certificates in a folder, and a control plane. In the run's
 * command line <code>{certificates}</code> and <code>{control-plane}</code> stand for them.
 */
final class Rehearsal implements AutoCloseable {
    private final Path folder;
    private final RehearsalControlPlane controlPlane;

    private Rehearsal(Path folder, RehearsalControlPlane controlPlane) {
        this.folder = folder;
        this.controlPlane = controlPlane;
    }

    static Rehearsal prepare(Path folder)
            throws IOException, InterruptedException, GeneralSecurityException {
        new RehearsalCertificates(folder).write();
        return new Rehearsal(folder, RehearsalControlPlane.start(folder));
    }

    /**
     * Arguments: the folder, and the command line of the run, whose exit code is ours. A release
     * has no build around it, and makes its AOT cache so.
     */
    public static void main(String[] arguments) throws Exception {
        int exitCode;
        try (Rehearsal rehearsal = prepare(Path.of(arguments[0]))) {
            exitCode =
                    new ProcessBuilder(rehearsal.filled(Stream.of(arguments).skip(1).toList()))
                            .inheritIO()
                            .start()
                            .waitFor();
        } catch (Refusal e) {
            System.err.println(e.getMessage());
            exitCode = 1;
        }
        System.exit(exitCode);
    }

    List<String> filled(List<String> words) {
        return words.stream()
                .map(
                        word ->
                                word.replace("{certificates}", folder.toString())
                                        .replace("{control-plane}", controlPlane.url()))
                .toList();
    }

    @Override
    public void close() {
        controlPlane.close();
    }
}
