package io.nixfleet.agent.endpoint;

import java.io.IOException;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** Who the push listener is, and whose certificates it believes; asked anew at each reload. */
public interface ServerTls {
    /**
     * The server's certificate and key.
     *
     * @throws IOException when they cannot be read; the message says which file and why
     */
    X509KeyManager keyManager() throws IOException;

    /**
     * The authorities of clients.
     *
     * @throws IOException when they cannot be read; the message says which file and why
     */
    X509TrustManager trustManager() throws IOException;
}
