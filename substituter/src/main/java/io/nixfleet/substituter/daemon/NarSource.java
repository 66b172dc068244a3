package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.ByteSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A caller's NAR stream: its failures told apart from the daemon's, its waits from ours. */
final class NarSource implements ByteSource {
    private final InputStream stream;
    private final OperationWatch watch;
    private @Nullable Exception failure;

    NarSource(InputStream stream, OperationWatch watch) {
        this.stream = stream;
        this.watch = watch;
    }

    /** Fills the whole range unless the stream ends before; never reads nothing. */
    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        watch.pause();
        try {
            int read = stream.readNBytes(target, offset, length);
            if (read == 0) {
                throw new EOFException("the NAR ended early");
            }
            return read;
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            watch.resume();
        }
    }

    /** What the stream threw: an IOException or a RuntimeException. */
    @Nullable Exception failure() {
        return failure;
    }
}
