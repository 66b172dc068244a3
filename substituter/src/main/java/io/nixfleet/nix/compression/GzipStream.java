package io.nixfleet.nix.compression;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * All members of a gzip source (RFC 1952). Not the JDK's {@code GZIPInputStream}, since that one
 * takes a broken second member for the end of the data.
 */
final class GzipStream extends InputStream {
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int FLAG_HEADER_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int RESERVED_FLAGS = 0xe0;
    private static final int HEADER_TEXT_LIMIT = 64 * 1024;

    private final InputStream source;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] input = new byte[64 * 1024];
    private int position;
    private int limit;
    private boolean ended;

    GzipStream(InputStream source) throws IOException {
        this.source = source;
        try {
            readHeader(required());
        } catch (IOException | RuntimeException e) {
            inflater.end();
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        while (!ended) {
            int count = inflate(bytes, offset, length);
            if (count > 0) {
                checksum.update(bytes, offset, count);
                return count;
            }
            if (inflater.finished()) {
                readTrailer();
                startNextMember();
            } else if (inflater.needsDictionary()) {
                throw new IOException("it needs a preset dictionary");
            }
        }
        return -1;
    }

    private int inflate(byte[] bytes, int offset, int length) throws IOException {
        if (inflater.needsInput() && !inflater.finished()) {
            if (position == limit && !fill()) {
                throw new EOFException("a gzip member is cut short");
            }
            inflater.setInput(input, position, limit - position);
            position = limit;
        }
        try {
            return inflater.inflate(bytes, offset, length);
        } catch (DataFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void readTrailer() throws IOException {
        position = limit - inflater.getRemaining();
        long crc = int32();
        if (crc != checksum.getValue()) {
            throw new IOException("its checksum does not match");
        }
        if (int32() != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new IOException("its length does not match");
        }
    }

    private void startNextMember() throws IOException {
        if (position == limit && !fill()) {
            ended = true;
            return;
        }
        inflater.reset();
        checksum.reset();
        readHeader(required());
    }

    private void readHeader(int first) throws IOException {
        if ((first | required() << 8) != MAGIC) {
            throw new IOException("a gzip member does not begin as one");
        }
        if (required() != DEFLATE) {
            throw new IOException("its compression method is not deflate");
        }
        int flags = required();
        if ((flags & RESERVED_FLAGS) != 0) {
            throw new IOException("it sets reserved flags");
        }
        skip(6);
        if ((flags & FLAG_EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CRC) != 0) {
            skip(2);
        }
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            required();
        }
    }

    private void skipText() throws IOException {
        for (int i = 0; i < HEADER_TEXT_LIMIT; i++) {
            if (required() == 0) {
                return;
            }
        }
        throw new IOException("its header has no end");
    }

    private long int32() throws IOException {
        return required() | required() << 8 | required() << 16 | (long) required() << 24;
    }

    private int required() throws IOException {
        if (position == limit && !fill()) {
            throw new EOFException("a gzip member is cut short");
        }
        return input[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        int count = source.read(input, 0, input.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        source.close();
    }
}
