package io.nixfleet.agent.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Asks the fleet's own authority first, and the system's only if that one does not know the server.
 *
 * <p>A fleet's servers have certificates of its own authority, and the system's bundle has a
 * hundred and more others: reading them is a tenth of the agent's start, and holding them a tenth
 * of its heap.
 */
final class OwnFirstTrustManager extends X509ExtendedTrustManager {
    /** Reads what is trusted besides. */
    interface Loader {
        X509ExtendedTrustManager load() throws IOException;
    }

    private interface Check {
        void by(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private final Optional<X509ExtendedTrustManager> own;
    private final Loader loader;
    private @Nullable X509ExtendedTrustManager all;

    /**
     * @param all reads all authorities, the own ones too; called when it is needed
     */
    OwnFirstTrustManager(Optional<X509ExtendedTrustManager> own, Loader all) {
        this.own = own;
        this.loader = all;
    }

    private void check(Check check) throws CertificateException {
        if (own.isPresent()) {
            try {
                check.by(own.get());
                return;
            } catch (CertificateException _) {
                // As long as the system's authorities have not said no, it is none.
            }
        }
        check.by(all());
    }

    private synchronized X509ExtendedTrustManager all() throws CertificateException {
        if (all == null) {
            try {
                all = loader.load();
            } catch (IOException e) {
                throw new CertificateException(
                        "the system's authorities cannot be read: " + e.getMessage(), e);
            }
        }
        return all;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(manager -> manager.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(manager -> manager.checkClientTrusted(chain, authType));
    }

    /** The fleet's own: a client, which it is for, tells no server whom it trusts. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return own.map(X509ExtendedTrustManager::getAcceptedIssuers)
                .orElseGet(() -> new X509Certificate[0]);
    }
}
