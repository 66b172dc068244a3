package io.nixfleet.substituter.daemon.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Any bytes from a daemon are a value, a {@link WireFormatException} or a premature end; nothing
 * else, and in memory bounded by the bytes themselves. The first byte selects what is read.
 */
class WireFuzzTest {
    private static final StorePath PATH =
            StorePath.ofBaseName(StoreDir.NIX_STORE, "0".repeat(32) + "-fuzz");

    @FuzzTest(maxDuration = "3m")
    void readsAnything(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        var in = new WireReader(new ByteArrayInputStream(data, 1, data.length - 1)::read);
        var version = new ProtocolVersion(1, (data[0] & 1) == 0 ? 25 : 37);
        try {
            while (true) {
                if ((data[0] & 2) == 0) {
                    DaemonMessage.read(in, version);
                } else {
                    interpret(UnkeyedPathInfo.read(in));
                }
            }
        } catch (WireFormatException | EOFException _) {
            // What bytes that are no message must come to.
        }
    }

    private static void interpret(UnkeyedPathInfo info) {
        try {
            info.of(PATH);
        } catch (FormatException _) {
            // Well-formed on the wire, and nonsense.
        }
    }
}
