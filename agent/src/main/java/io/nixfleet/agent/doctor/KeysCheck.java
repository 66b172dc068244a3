package io.nixfleet.agent.doctor;

/**
 * Whether there are keys to believe, and all are well-formed.
 *
 * @param nixIsThere whether there is a Nix to ask
 */
record KeysCheck(Shared<Keyring> keyring, boolean nixIsThere) implements Check {
    @Override
    public String name() {
        return "trusted keys";
    }

    @Override
    public Finding look() throws InterruptedException {
        return judge(keyring.get(), nixIsThere);
    }

    static Finding judge(Keyring keyring, boolean nixIsThere) {
        String seen = String.join(", ", keyring.keys().names());
        if (!keyring.problems().isEmpty()) {
            return Finding.failed(
                    seen,
                    String.join("; ", keyring.problems()),
                    "a key is NAME:BASE64, as 'nix-store --generate-binary-cache-key' writes the"
                            + " public one: copy it whole to trusted-public-keys,"
                            + " --trusted-public-key or its file");
        }
        if (keyring.nixProblem().isPresent()) {
            String problem = "Nix's configuration cannot be read: " + keyring.nixProblem().get();
            return nixIsThere
                    ? Finding.failed(seen, problem, "mend nix.conf: try 'nix show-config'")
                    : Finding.notChecked(problem, "see 'nix'");
        }
        return keyring.keys().names().isEmpty()
                ? Finding.failed(
                        "",
                        "no key is trusted at all: no signed path can be taken",
                        "add the key of the fleet's cache to nix.settings.trusted-public-keys"
                                + " (services.nixfleet-cache.publicKey), or give"
                                + " --trusted-public-key")
                : Finding.ok(seen);
    }
}
