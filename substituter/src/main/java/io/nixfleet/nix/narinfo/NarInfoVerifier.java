package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.ContentAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides whether a narinfo is believed: a trusted key signed it, or its path is content-addressed
 * and the address recomputes. Immutable; costs up to a few milliseconds of CPU.
 */
public final class NarInfoVerifier {
    private static final int MAX_NAMES_SHOWN = 5;

    private final TrustedKeys keys;

    public NarInfoVerifier(TrustedKeys keys) {
        this.keys = keys;
    }

    public Verdict verify(NarInfo narInfo) {
        PathInfo info = narInfo.info();
        if (info.contentAddress().filter(address -> addresses(address, info)).isPresent()) {
            return trusted(narInfo, new Trust.ContentAddressed());
        }
        Optional<String> signer = keys.findSigner(info.fingerprint(), info.signatures());
        if (signer.isPresent()) {
            return trusted(narInfo, new Trust.SignedBy(signer.get()));
        }
        List<String> offered =
                info.signatures().stream().map(Signature::keyName).distinct().toList();
        return new Verdict.Untrusted(reason(info, offered), offered);
    }

    /**
     * Judges a narinfo of a cache that the operator trusts as such: what no key vouches for is
     * believed, too.
     */
    public Verdict verifyFromTrustedCache(NarInfo narInfo) {
        return switch (verify(narInfo)) {
            case Verdict.Trusted trusted -> trusted;
            case Verdict.Untrusted _ -> trusted(narInfo, new Trust.ByOperator());
        };
    }

    private static Verdict trusted(NarInfo narInfo, Trust trust) {
        return new Verdict.Trusted(new VerifiedNarInfo(narInfo, trust));
    }

    private static boolean addresses(ContentAddress address, PathInfo info) {
        // Where the address is the hash of the NAR itself, a NarHash that differs is a lie that
        // shows before the download. With a self-reference the address leaves the own path out.
        boolean isNarHash =
                address.method() == ContentAddress.Method.NAR
                        && address.hash().algorithm() == HashAlgorithm.SHA256
                        && !info.references().contains(info.path());
        return address.addresses(info.path(), info.references())
                && (!isNarHash || address.hash().equals(info.narHash()));
    }

    private String reason(PathInfo info, List<String> offered) {
        var reason = new StringBuilder();
        if (info.contentAddress().isPresent()) {
            reason.append("its content address is not the one of its path, and ");
        }
        List<String> known = offered.stream().filter(keys.names()::contains).toList();
        if (offered.isEmpty()) {
            reason.append("no signature is on it");
        } else if (known.isEmpty()) {
            reason.append("no trusted key signed it, only ").append(list(offered));
        } else {
            reason.append("its signature by ")
                    .append(list(known))
                    .append(
                            " does not match: it was altered, or signed by another key of that"
                                    + " name");
        }
        return reason.append("; trusted are: ").append(list(keys.names())).toString();
    }

    private static String list(Collection<String> names) {
        if (names.isEmpty()) {
            return "no keys at all";
        }
        String shown =
                names.stream()
                        .limit(MAX_NAMES_SHOWN)
                        .map(FormatException::excerpt)
                        .collect(Collectors.joining(", "));
        int more = names.size() - MAX_NAMES_SHOWN;
        return more > 0 ? "%s and %d more".formatted(shown, more) : shown;
    }
}
