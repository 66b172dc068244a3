package io.nixfleet.cli.flake;

/** What came of one host. */
public sealed interface HostResult {
    String host();

    /** Its system is there, or known if it was not to be built. */
    record Ready(HostSystem system) implements HostResult {
        @Override
        public String host() {
            return system.host();
        }
    }

    /**
     * It could not be evaluated or built.
     *
     * @param reason in a line
     * @param output what Nix said
     */
    record Failed(String host, String reason, String output) implements HostResult {}
}
