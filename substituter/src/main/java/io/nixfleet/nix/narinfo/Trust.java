package io.nixfleet.nix.narinfo;

/** Why a path's claims are believed. */
public sealed interface Trust {
    /**
     * A trusted key signed them.
     *
     * @param keyName the name of that key
     */
    record SignedBy(String keyName) implements Trust {}

    /**
     * The path itself names its content: its address recomputes. The store still has to compare the
     * content with the address, as every Nix daemon does.
     */
    record ContentAddressed() implements Trust {}

    /**
     * Nobody signed it. It came from a cache that the operator trusts as such, who thereby vouches
     * for whatever it says.
     */
    record ByOperator() implements Trust {}
}
