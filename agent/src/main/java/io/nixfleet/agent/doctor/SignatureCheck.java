package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.activation.HostException;
import io.nixfleet.agent.doctor.CacheLooks.Standing;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.NarInfoLookup;
import java.util.Optional;

/**
 * Whether a cache signs with a key that is trusted here, by the example of one path.
 *
 * @param cache its URL without secrets
 * @param wanted the path that it is asked for; the running system, if it is empty
 */
record SignatureCheck(
        String cache,
        Shared<Standing> standing,
        Shared<Keyring> keyring,
        Optional<StorePath> wanted,
        Host host)
        implements Check {
    @Override
    public String name() {
        return "signature of " + cache;
    }

    @Override
    public Finding look() throws InterruptedException {
        if (!(standing.get() instanceof Standing.Answers(BinaryCache opened, _, _))) {
            return Finding.notChecked(
                    "the cache was not asked, or does not answer", "see 'cache " + cache + "'");
        }
        Optional<StorePath> path = wanted.isPresent() ? wanted : running();
        if (path.isEmpty()) {
            return Finding.notChecked(
                    "there is no running system to ask for",
                    "name a path that the cache should have: --path /nix/store/…");
        }
        return judge(path.get(), opened.lookup(path.get()), keyring.get(), opened.trusted());
    }

    private Optional<StorePath> running() {
        try {
            return host.state().running();
        } catch (HostException _) {
            // Told where the system profile is looked at.
            return Optional.empty();
        }
    }

    /**
     * @param vouchedFor whether the operator lets the cache's word count, signed or not
     */
    static Finding judge(
            StorePath path, NarInfoLookup lookup, Keyring keyring, boolean vouchedFor) {
        return switch (lookup) {
            case NarInfoLookup.Absent _ ->
                    Finding.notChecked(
                            "it has not %s, so whether it signs with a trusted key cannot be told"
                                    .formatted(path.baseName()),
                            "name a path that was pushed there: --path /nix/store/…");
            case NarInfoLookup.Failed(var reason) ->
                    Finding.failed(
                            path.baseName(),
                            reason.getMessage(),
                            "mend the cache, or its login: it answers, but not for this path");
            case NarInfoLookup.Found(var narInfo) -> judge(path, narInfo, keyring, vouchedFor);
        };
    }

    private static Finding judge(
            StorePath path, NarInfo narInfo, Keyring keyring, boolean vouchedFor) {
        var verifier = new NarInfoVerifier(keyring.keys());
        Verdict verdict =
                vouchedFor ? verifier.verifyFromTrustedCache(narInfo) : verifier.verify(narInfo);
        return switch (verdict) {
            case Verdict.Trusted(var verified) ->
                    Finding.ok(
                            switch (verified.trust()) {
                                case Trust.SignedBy(var key) ->
                                        "%s is signed by %s".formatted(path.baseName(), key);
                                case Trust.ContentAddressed _ ->
                                        path.baseName() + " is content-addressed";
                                case Trust.ByOperator _ ->
                                        path.baseName()
                                                + " is not signed, and the cache is trusted as"
                                                + " such";
                            });
            case Verdict.Untrusted _ when keyring.nixProblem().isPresent() ->
                    Finding.notChecked(
                            "the keys of nix.conf cannot be read, and no other one signed "
                                    + path.baseName(),
                            "see 'trusted keys'");
            case Verdict.Untrusted(var reason, _) ->
                    Finding.failed(
                            path.baseName(),
                            reason,
                            "trust the cache's key: nix.settings.trusted-public-keys"
                                + " (services.nixfleet-cache.publicKey) or --trusted-public-key"
                                + " NAME:KEY; or sign there: nix store sign --recursive --key-file"
                                + " SECRET PATH");
        };
    }
}
