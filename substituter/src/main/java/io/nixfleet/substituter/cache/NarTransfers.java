package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.CorruptStreamException;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.substituter.cache.http.HttpExchange;
import io.nixfleet.substituter.cache.http.HttpHead;
import io.nixfleet.substituter.cache.http.Patience;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Begins transfers of one NAR file, at its start or where an earlier one broke off. */
final class NarTransfers {
    private static final String NAR_ENCODINGS = "zstd, gzip;q=0.5, br;q=0.3";
    private static final long FILE_SLACK_BYTES = 4L << 20;
    // A server that sends less than this per second is as good as none.
    private static final int SLOWEST_BYTES_PER_SECOND = 128;

    /**
     * Bytes on their way.
     *
     * @param bytes the NAR file's, from the offset that was asked for, Content-Encoding removed
     * @param ranged whether the server began there by itself
     * @param validator for {@code If-Range}, if this transfer can be continued under one
     */
    record Transfer(
            HttpExchange exchange, InputStream bytes, boolean ranged, Optional<String> validator)
            implements AutoCloseable {
        @Override
        public void close() {
            // The decoder's own memory first; whatever else it may say does not matter any more.
            try (exchange) {
                bytes.close();
            } catch (IOException e) {
                exchange.close();
            }
        }
    }

    private final NarInfo narInfo;
    private final CacheLocation location;
    private final CacheOptions options;
    private final HttpFetcher fetcher;
    private final String what;
    private boolean rangesFail;
    private Optional<String> validator = Optional.empty();

    NarTransfers(
            NarInfo narInfo, CacheLocation location, CacheOptions options, HttpFetcher fetcher) {
        this.narInfo = narInfo;
        this.location = location;
        this.options = options;
        this.fetcher = fetcher;
        this.what = NarUrl.shown(narInfo.url());
    }

    String cache() {
        return location.name();
    }

    /** The NAR's URL for people, without its query, which may be a signature. */
    String what() {
        return what;
    }

    /** Why a transfer that had begun ended before its end. */
    AttemptFailedException broken(IOException cause) {
        return switch (cause) {
            case CorruptStreamException _ ->
                    corrupt("its Content-Encoding is broken: " + cause.getMessage(), cause);
            case BoundedStream.OverlongException _ ->
                    corrupt(String.valueOf(cause.getMessage()), cause);
            default -> fetcher.broken(what, cause);
        };
    }

    CacheException brokenTooOften(int times, CacheException last) {
        return fetcher.failure(
                CacheException.Kind.UNREACHABLE,
                what,
                "the transfer broke %d times".formatted(times),
                last);
    }

    CacheException closedByReader() {
        return fetcher.failure(
                CacheException.Kind.UNREACHABLE, what, "the download was closed by its reader");
    }

    /**
     * Begins a transfer.
     *
     * @param offset how many bytes of the file the reader already has
     */
    Transfer begin(long offset, int attempt, LongConsumer received, Consumer<HttpExchange> started)
            throws AttemptFailedException, InterruptedException {
        var request =
                new HttpFetcher.Request(
                        what,
                        target(),
                        headers(offset),
                        options.limits().prefetchBytes(),
                        0,
                        received,
                        started);
        HttpFetcher.Answer answer = fetcher.get(request, attempt);
        boolean begun = false;
        try {
            Transfer transfer = judge(answer, offset);
            begun = true;
            return transfer;
        } catch (CorruptStreamException | BoundedStream.OverlongException | FormatException e) {
            throw corrupt(String.valueOf(e.getMessage()), e);
        } catch (EOFException e) {
            throw corrupt("it became shorter than the %d bytes it had before".formatted(offset), e);
        } catch (InterruptedIOException e) {
            Thread.interrupted();
            var interrupted = new InterruptedException(e.getMessage());
            interrupted.initCause(e);
            throw interrupted;
        } catch (IOException e) {
            throw fetcher.broken(what, e);
        } finally {
            if (!begun) {
                answer.exchange().close();
            }
        }
    }

    private URI target() throws AttemptFailedException {
        try {
            return NarUrl.resolve(location.base(), narInfo.url());
        } catch (FormatException e) {
            throw corrupt(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * What is left of a broken transfer is asked for as it is, even if it came encoded before: the
     * offset counts decoded bytes, and nobody can continue an encoding in its middle.
     */
    private Map<String, String> headers(long offset) {
        var headers = new HashMap<String, String>();
        if (offset > 0) {
            headers.put("Accept-Encoding", "identity");
            if (!rangesFail) {
                headers.put("Range", "bytes=%d-".formatted(offset));
                validator.ifPresent(value -> headers.put("If-Range", value));
            }
        } else if (narInfo.compression() == Compression.NONE) {
            headers.put("Accept-Encoding", NAR_ENCODINGS);
        }
        return headers;
    }

    private Transfer judge(HttpFetcher.Answer answer, long offset)
            throws AttemptFailedException, IOException {
        HttpHead head = answer.head();
        boolean ranged = head.status() == 206;
        var encodings = ContentEncodings.of(head);
        boolean rangeAsked = offset > 0 && !rangesFail;
        if (rangeAsked
                && (head.status() == 416 || (ranged && !continues(head, encodings, offset)))) {
            rangesFail = true;
            throw AttemptFailedException.transientFailure(
                    fetcher.failure(
                            CacheException.Kind.UNREACHABLE,
                            what,
                            "the server did not continue at byte %d: starting over"
                                    .formatted(offset)),
                    Duration.ZERO);
        }
        if (head.status() != 200 && !(ranged && rangeAsked)) {
            throw fetcher.refused(what, head);
        }
        Duration stall = options.limits().stallTimeout();
        int atLeast = (int) Math.max(1, stall.toSeconds() * SLOWEST_BYTES_PER_SECOND);
        var body =
                new BoundedStream(
                        answer.exchange().body(Patience.forProgress(stall, atLeast)), fileLimit());
        if (ranged) {
            return new Transfer(answer.exchange(), body, true, validator);
        }
        validator = encodings.identity() ? validator(head) : Optional.empty();
        InputStream decoded =
                encodings.identity()
                        ? body
                        : new BoundedStream(
                                new LazyStream(body, () -> decoded(encodings, body)), fileLimit());
        skip(decoded, offset);
        return new Transfer(answer.exchange(), decoded, false, validator);
    }

    /** Of the encoding and the NAR's own compression, one may need much memory. */
    private InputStream decoded(ContentEncodings encodings, InputStream body) throws IOException {
        var window =
                narInfo.compression() == Compression.NONE
                        ? Decompressors.Window.WIDE
                        : Decompressors.Window.USUAL;
        return encodings.decode(body, options.decompressors(), window);
    }

    /**
     * No compression makes a NAR much longer. Frames that hold nothing could come for ever, and
     * whoever decompresses would wait for the next byte as long.
     */
    private long fileLimit() {
        long narSize = narInfo.info().narSize();
        long limit = narSize + narSize / 4 + FILE_SLACK_BYTES;
        return limit < 0 ? Long.MAX_VALUE : limit;
    }

    private static void skip(InputStream decoded, long offset) throws IOException {
        boolean skipped = false;
        try {
            decoded.skipNBytes(offset);
            skipped = true;
        } finally {
            if (!skipped) {
                decoded.close();
            }
        }
    }

    private static boolean continues(HttpHead head, ContentEncodings encodings, long offset) {
        return encodings.identity()
                && head.header("Content-Range")
                        .filter(range -> range.strip().startsWith("bytes %d-".formatted(offset)))
                        .isPresent();
    }

    /** A weak ETag allows for other bytes, which If-Range must not. */
    private static Optional<String> validator(HttpHead head) {
        return head.header("ETag")
                .filter(tag -> tag.startsWith("\""))
                .or(() -> head.header("Last-Modified"));
    }

    private AttemptFailedException corrupt(String problem, Throwable cause) {
        return AttemptFailedException.forGood(
                fetcher.failure(CacheException.Kind.CORRUPT, what, problem, cause));
    }
}
