package io.nixfleet.agent.doctor;

import io.nixfleet.agent.fetch.KeysFile;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.TrustedKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom this host trusts, as far as it can be read.
 *
 * @param keys those that are well-formed
 * @param problems with the others
 * @param nix Nix's configuration; empty, if it cannot be read
 * @param nixProblem why it cannot
 */
record Keyring(
        TrustedKeys keys, List<String> problems, NixConfig nix, Optional<String> nixProblem) {
    Keyring {
        problems = List.copyOf(problems);
    }

    static Keyring read(Subject.Sources sources, Programs programs) throws InterruptedException {
        NixConfig nix = NixConfig.NONE;
        Optional<String> nixProblem = Optional.empty();
        try {
            nix = NixConfig.read(programs.runner(), programs.environment(), programs.limit());
        } catch (IOException e) {
            nixProblem = Optional.of(String.valueOf(e.getMessage()));
        }
        var keys = new ArrayList<PublicKey>();
        var problems = new ArrayList<String>();
        nix.trustedPublicKeys().forEach(key -> add(key, "nix.conf: ", keys, problems));
        sources.trustedKeys().forEach(key -> add(key, "", keys, problems));
        for (Path file : sources.settings().trustedKeysFiles()) {
            try {
                KeysFile.read(file).forEach(key -> add(key, "", keys, problems));
            } catch (IOException | FormatException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return new Keyring(TrustedKeys.of(keys), problems, nix, nixProblem);
    }

    private static void add(
            String text, String where, List<PublicKey> keys, List<String> problems) {
        try {
            keys.add(PublicKey.parse(text));
        } catch (FormatException e) {
            problems.add(where + e.getMessage());
        }
    }
}
