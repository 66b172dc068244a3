package io.nixfleet.nix.nar;

import io.nixfleet.nix.store.StorePath;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Passes a NAR through and checks it on the way: its structure, and that it has the promised size
 * neither more nor less. What is wrong shows as a {@link NarFormatException} from a read, at the
 * latest before the last byte is handed out: a reader that acts on having {@code narSize} bytes
 * never acts on a bad archive. The hash is not checked here; whoever imports does that.
 *
 * <p>Never takes more than {@code narSize} bytes and one from the stream below, however much that
 * would unpack to. For one thread.
 */
public final class NarCheckingInputStream extends FilterInputStream {
    private final StorePath path;
    private final long narSize;
    private final NarParser parser = new NarParser(NarVisitor.IGNORING);
    private @Nullable NarFormatException failure;

    /**
     * Wraps a stream.
     *
     * @param nar the uncompressed NAR; closed with this stream
     * @param path whose NAR it is, for messages
     * @param narSize its promised length in bytes, more than 0
     */
    public NarCheckingInputStream(InputStream nar, StorePath path, long narSize) {
        super(nar);
        this.path = path;
        this.narSize = narSize;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (failure != null) {
            throw failure;
        }
        long left = narSize - parser.offset();
        if (left == 0) {
            return -1;
        }
        int count = in.read(buffer, offset, (int) Math.min(length, left));
        try {
            if (count < 0) {
                throw cutShort();
            }
            parser.feed(buffer, offset, count);
            if (parser.offset() == narSize) {
                parser.finish();
                checkEnd();
            }
        } catch (NarFormatException e) {
            failure = e.of(path);
            throw failure;
        }
        return count;
    }

    private NarFormatException cutShort() {
        parser.finish();
        return new NarFormatException(
                parser.offset(),
                "ends at byte %d, before its NarSize of %d".formatted(parser.offset(), narSize));
    }

    private void checkEnd() throws IOException {
        if (in.read() >= 0) {
            throw new NarFormatException(
                    narSize, "goes on after byte %d, its NarSize".formatted(narSize));
        }
    }

    @Override
    public long skip(long count) throws IOException {
        var skipped = new byte[(int) Math.min(Math.max(count, 0), 8192)];
        return Math.max(read(skipped, 0, skipped.length), 0);
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(in.available(), narSize - parser.offset());
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void mark(int limit) {}

    @Override
    public void reset() throws IOException {
        throw new IOException("a checked NAR cannot be read twice");
    }
}
