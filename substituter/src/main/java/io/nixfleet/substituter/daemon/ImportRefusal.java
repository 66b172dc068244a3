package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.substituter.store.NarImportException;
import io.nixfleet.substituter.store.NarImportException.Reason;
import io.nixfleet.substituter.store.StoreException;
import java.util.stream.Collectors;

/** Turns a daemon's refusal of an import into what the caller is told. */
final class ImportRefusal {
    private final PathInfo info;
    private final String peer;
    private final DaemonTrust trust;
    private final SignatureCheck check;
    private final boolean extraKeys;

    ImportRefusal(
            PathInfo info, DaemonConnection connection, SignatureCheck check, boolean extraKeys) {
        this.info = info;
        this.peer = connection.peer();
        this.trust = connection.handshake().trust();
        this.check = check;
        this.extraKeys = extraKeys;
    }

    /** The exception for a store's failure; the one for a NAR's fault is thrown at once. */
    StoreException explain(DaemonErrorException refusal) throws NarImportException {
        return switch (ImportFault.of(refusal.error().message())) {
            case CONTENT ->
                    throw new NarImportException(
                            info.path(), Reason.CONTENT, refused(refusal), refusal);
            case SIGNATURE ->
                    throw new NarImportException(
                            info.path(), Reason.SIGNATURE, untrusted(refusal), refusal);
            case REFERENCE, STORE -> StoreException.refused(refused(refusal), refusal);
        };
    }

    private String refused(DaemonErrorException refusal) {
        return "%s refused to import %s: %s".formatted(peer, info.path(), refusal.explanation());
    }

    private String untrusted(DaemonErrorException refusal) {
        String signers =
                info.signatures().isEmpty()
                        ? "nobody signed it"
                        : info.signatures().stream()
                                .map(Signature::keyName)
                                .distinct()
                                .collect(
                                        Collectors.joining(
                                                ", ",
                                                "it is signed by ",
                                                ", but not validly or by a key that the store does"
                                                        + " not trust"));
        return "%s; %s. %s".formatted(refused(refusal), signers, advice());
    }

    private String advice() {
        if (check == SignatureCheck.NONE) {
            return "The store takes unsigned paths of a trusted cache from its trusted-users only:"
                    + " add this user to them in the store's nix.conf, or have the cache sign.";
        }
        String addKey = "Add the key to trusted-public-keys in the store's nix.conf";
        if (!extraKeys) {
            return addKey + ".";
        }
        return switch (trust) {
            case NOT_TRUSTED ->
                    "This user is not among the store's trusted-users, so that only the store's own"
                            + " keys count. "
                            + addKey
                            + ", or the user to trusted-users.";
            case UNKNOWN ->
                    "If this user is not among the store's trusted-users, only the store's own keys"
                            + " count: then "
                            + Character.toLowerCase(addKey.charAt(0))
                            + addKey.substring(1)
                            + ", or the user to trusted-users.";
            case TRUSTED -> "Check that the key is the one that the cache signs with.";
        };
    }
}
