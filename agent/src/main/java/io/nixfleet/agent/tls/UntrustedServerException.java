package io.nixfleet.agent.tls;

import java.security.cert.CertificateException;

/** A server's certificate is not trusted: why, and what to do, in words for an operator. */
public final class UntrustedServerException extends CertificateException {
    UntrustedServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
