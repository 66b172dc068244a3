package io.nixfleet.agent.endpoint;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** What a certificate calls its holder. */
final class CertificateNames {
    private static final int DNS_NAME = 2;

    private CertificateNames() {}

    /** The subject's first common name, as the control plane reads it, and all DNS names. */
    static Set<String> of(X509Certificate certificate) {
        var names = new LinkedHashSet<String>();
        commonName(certificate).ifPresent(names::add);
        names.addAll(dnsNames(certificate));
        return names;
    }

    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            // LdapName counts from the right, which is the order of the certificate.
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                Attribute name = part.toAttributes().get("CN");
                if (name != null) {
                    return name.get() instanceof String text ? Optional.of(text) : Optional.empty();
                }
            }
            return Optional.empty();
        } catch (InvalidNameException _) {
            return Optional.empty();
        } catch (NamingException _) {
            return Optional.empty();
        }
    }

    private static List<String> dnsNames(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> Integer.valueOf(DNS_NAME).equals(name.getFirst()))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }
}
