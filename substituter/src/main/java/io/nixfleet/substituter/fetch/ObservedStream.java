package io.nixfleet.substituter.fetch;

import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.NarDownload;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells the listener of the bytes that pass. */
final class ObservedStream extends FilterInputStream {
    private final NarDownload download;
    private final StorePath path;
    private final FetchListener listener;
    private long reported;

    ObservedStream(InputStream in, NarDownload download, StorePath path, FetchListener listener) {
        super(in);
        this.download = download;
        this.path = path;
        this.listener = listener;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        if (count > 0) {
            long received = download.bytesReceived();
            listener.on(new FetchEvent.NarProgress(path, received - reported, count));
            reported = received;
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        return in.skip(count);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
