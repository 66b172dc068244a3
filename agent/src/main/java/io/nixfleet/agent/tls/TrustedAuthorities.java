package io.nixfleet.agent.tls;

import io.nixfleet.substituter.cache.http.TrustRoots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate authorities that control planes are trusted by. */
public final class TrustedAuthorities {
    private final X509ExtendedTrustManager trustManager;

    private TrustedAuthorities(X509ExtendedTrustManager trustManager) {
        this.trustManager = trustManager;
    }

    /** The system's authorities, and those of the file if there is one. */
    static TrustedAuthorities systemAnd(@Nullable Path caFile) throws IOException {
        Optional<X509ExtendedTrustManager> own = Optional.empty();
        if (caFile != null) {
            own = Optional.of(only(caFile));
        }
        List<Path> extra = caFile == null ? List.of() : List.of(caFile);
        return new TrustedAuthorities(
                new ExplainingTrustManager(
                        new OwnFirstTrustManager(own, () -> TrustRoots.load(extra)),
                        InstantSource.system()));
    }

    /** Those of the file alone, for a server that must not believe whomever the system believes. */
    public static X509ExtendedTrustManager only(Path caFile) throws IOException {
        // Read once more below, but this reader tells what is wrong with the file.
        PemFiles.readCertificates(caFile);
        return TrustRoots.loadOnly(caFile);
    }

    /**
     * Refuses an untrusted server with an {@link UntrustedServerException}, which says why and what
     * to do.
     */
    public X509ExtendedTrustManager trustManager() {
        return trustManager;
    }
}
