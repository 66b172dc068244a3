package io.nixfleet.cli.command;

import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.cli.push.PushPlan;
import io.nixfleet.cli.push.PushTarget;
import io.nixfleet.cli.settings.Setting;
import io.nixfleet.nix.signature.PublicKey;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the flags and the fleet's file come to.
 *
 * @param jobs how many hosts are evaluated, and how many derivations built, at once
 * @param cache where hosts fetch from, if that is known
 * @param trustedKeys of hosts, besides nix.conf's
 */
record ReleasePlan(OptionalInt jobs, PushPlan push, Optional<URI> cache, List<String> trustedKeys) {
    private static final int MOST_JOBS = 64;

    static ReleasePlan of(ReleaseFlags flags, Setup setup) throws IOException {
        boolean pushNamed = flags.pushTo != null && !flags.pushTo.toString().isBlank();
        boolean hookNamed = flags.hook != null && !flags.hook.isBlank();
        if (flags.evalOnly && (pushNamed || hookNamed || flags.hookOfFile)) {
            throw new UsageException("--eval-only pushes nothing: leave out the push or its hook");
        }
        Optional<String> hook = Optional.empty();
        if (hookNamed || flags.hookOfFile) {
            hook = setup.text(flags.hook, Setting.HOOK_COMMAND);
            if (hook.isEmpty()) {
                throw new UsageException(
                        "--hook: the fleet's file has no %s; give --push-hook"
                                .formatted(Setting.HOOK_COMMAND.key()));
            }
        }
        Optional<PushTarget> target =
                (pushNamed || hook.isEmpty()
                                ? setup.url(flags.pushTo, Setting.PUSH_TO)
                                : Optional.<URI>empty())
                        .map(PushTarget::of);
        if (flags.evalOnly) {
            target = Optional.empty();
        }
        var keys = new ArrayList<>(flags.trustedPublicKeys);
        keys.addAll(setup.file().texts(Setting.TRUSTED_PUBLIC_KEYS));
        // Before hours of building rather than after them.
        keys.forEach(PublicKey::parse);
        return new ReleasePlan(
                flags.maxJobs == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(
                                FlagValues.within("--max-jobs", flags.maxJobs, 1, MOST_JOBS)),
                new PushPlan(target, hook),
                cache(flags, setup, hook.isPresent(), target),
                keys);
    }

    private static Optional<URI> cache(
            ReleaseFlags flags, Setup setup, boolean hook, Optional<PushTarget> target)
            throws IOException {
        if (hook) {
            Optional<URI> ofHook = setup.url(flags.cacheUrl, Setting.HOOK_URL);
            if (ofHook.isPresent()) {
                return ofHook;
            }
        }
        return setup.url(flags.cacheUrl, Setting.CACHE_URL)
                .or(() -> target.flatMap(PushTarget::cacheUrl));
    }
}
