package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.ProtocolVersion;
import io.nixfleet.substituter.daemon.wire.WireFormatException;
import io.nixfleet.substituter.daemon.wire.WireReader;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/**
 * What both ends agreed on.
 *
 * @param version the lower of both versions
 * @param nixVersion the daemon's release; empty before protocol 1.33
 */
record Handshake(ProtocolVersion version, String nixVersion, DaemonTrust trust) {
    private static final long CLIENT_MAGIC = 0x6e697863;
    private static final long SERVER_MAGIC = 0x6478696f;

    /** From 1.38 on both ends exchange features, of which we need none. */
    private static final ProtocolVersion OFFERED = new ProtocolVersion(1, 37);

    /** Has framed imports. */
    private static final ProtocolVersion OLDEST = new ProtocolVersion(1, 23);

    /** All but the messages at its end, which the caller reads. */
    static Handshake perform(WireReader in, WireWriter out) throws IOException {
        flushAndListen(out.u64(CLIENT_MAGIC).u64(OFFERED.toWire()));
        long magic = in.u64("the handshake");
        if (magic != SERVER_MAGIC) {
            throw new WireFormatException(
                    "it is not a Nix daemon: it greeted with 0x%x instead of 0x%x"
                            .formatted(magic, SERVER_MAGIC));
        }
        var theirs = ProtocolVersion.ofWire(in.u64("the daemon's protocol version"));
        if (theirs.major() != OFFERED.major() || theirs.compareTo(OLDEST) < 0) {
            throw new WireFormatException(
                    "it speaks worker protocol %s but %s or a later 1.x is needed; Nix 2.4 and later have that"
                            .formatted(theirs, OLDEST));
        }
        var version = theirs.compareTo(OFFERED) < 0 ? theirs : OFFERED;
        flushAndListen(out.u64(0).u64(0)); // CPU affinity and reserved space, both obsolete.
        String nixVersion = version.atLeast(1, 33) ? in.string("the daemon's version", 256) : "";
        var trust = version.atLeast(1, 35) ? DaemonTrust.read(in) : DaemonTrust.UNKNOWN;
        return new Handshake(version, nixVersion, trust);
    }

    /**
     * A daemon that turns us away says so, or nothing, and hangs up, perhaps before it takes what
     * we send: then what it said tells more than that it is gone.
     */
    static void flushAndListen(WireWriter out) throws IOException {
        try {
            out.flush();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException _) {
            // Reading comes next and fails too, at the latest after what the daemon said.
        }
    }
}
