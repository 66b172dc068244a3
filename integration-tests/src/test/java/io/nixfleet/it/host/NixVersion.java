package io.nixfleet.it.host;

/** The versions of Nix that a host can have. */
public enum NixVersion {
    NIX_2_8("2.8"),
    NIX_2_26("2.26"),
    NIX_2_34("2.34");

    private final String series;

    NixVersion(String series) {
        this.series = series;
    }

    /** Such as {@code 2.26}, of which there are releases. */
    public String series() {
        return series;
    }

    @Override
    public String toString() {
        return "Nix " + series;
    }
}
