package io.nixfleet.agent.tls;

import io.nixfleet.substituter.cache.http.TrustRoots;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of certificates and keys, read again when they change. While new files cannot be used,
 * as when one of a pair is not yet written, the old material stays in force. Safe for use by many
 * threads.
 */
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final TlsPaths paths;
    private List<FileStamp> stamps;
    private TlsMaterial material;
    private String lastProblem = "";

    private TlsFiles(TlsPaths paths, List<FileStamp> stamps, TlsMaterial material) {
        this.paths = paths;
        this.stamps = stamps;
        this.material = material;
    }

    /**
     * Reads the files for the first time.
     *
     * @throws IOException when one cannot be used: which, and what to do
     */
    public static TlsFiles open(TlsPaths paths) throws IOException {
        // Stamped before reading: a change in between shows at the next look.
        List<FileStamp> stamps = stamps(paths);
        TlsMaterial material = read(paths);
        warnOfOpenKey(paths);
        return new TlsFiles(paths, stamps, material);
    }

    /** What the files say now, or said when they last could be used. */
    public synchronized TlsMaterial current() {
        List<FileStamp> now = stamps(paths);
        if (now.equals(stamps) && lastProblem.isEmpty()) {
            return material;
        }
        try {
            material = read(paths);
            stamps = now;
            lastProblem = "";
            LOG.info("certificates read again, since their files changed");
            warnOfOpenKey(paths);
        } catch (IOException e) {
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(lastProblem)) {
                lastProblem = problem;
                LOG.warn("new certificates cannot be used, the old stay in force: {}", problem);
            }
        }
        return material;
    }

    private static TlsMaterial read(TlsPaths paths) throws IOException {
        Optional<ClientIdentity> identity =
                paths.certificateFile().isPresent() && paths.keyFile().isPresent()
                        ? Optional.of(
                                ClientIdentity.read(
                                        paths.certificateFile().get(), paths.keyFile().get()))
                        : Optional.empty();
        return new TlsMaterial(identity, TrustedAuthorities.systemAnd(paths.caFile().orElse(null)));
    }

    private static List<FileStamp> stamps(TlsPaths paths) {
        return Stream.of(
                        TrustRoots.systemBundle(),
                        paths.caFile(),
                        paths.certificateFile(),
                        paths.keyFile())
                .flatMap(Optional::stream)
                .map(FileStamp::of)
                .toList();
    }

    private static void warnOfOpenKey(TlsPaths paths) {
        paths.keyFile()
                .map(FileStamp::of)
                .filter(FileStamp::openToOthers)
                .ifPresent(
                        stamp ->
                                LOG.warn(
                                        "the private key {} is open to every user of this host"
                                                + " (mode {}): chmod 0400 it",
                                        stamp.path(),
                                        stamp.mode()));
    }
}
