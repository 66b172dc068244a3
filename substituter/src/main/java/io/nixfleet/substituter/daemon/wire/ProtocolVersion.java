package io.nixfleet.substituter.daemon.wire;

/** A version of the worker protocol; not the version of a Nix release. */
public record ProtocolVersion(int major, int minor) implements Comparable<ProtocolVersion> {
    /** Reads the form of the handshake: {@code major << 8 | minor}. */
    public static ProtocolVersion ofWire(long wire) throws WireFormatException {
        if (wire < 0 || wire > 0xffff) {
            throw new WireFormatException(
                    "0x%x is not a version of the worker protocol".formatted(wire));
        }
        return new ProtocolVersion((int) (wire >> 8), (int) (wire & 0xff));
    }

    public long toWire() {
        return (long) major << 8 | minor;
    }

    public boolean atLeast(int otherMajor, int otherMinor) {
        return compareTo(new ProtocolVersion(otherMajor, otherMinor)) >= 0;
    }

    @Override
    public int compareTo(ProtocolVersion other) {
        return Long.compare(toWire(), other.toWire());
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
