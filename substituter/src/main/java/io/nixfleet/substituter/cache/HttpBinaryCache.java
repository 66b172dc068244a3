package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.CorruptStreamException;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.http.HttpHead;
import io.nixfleet.substituter.cache.http.HttpTransport;
import io.nixfleet.substituter.cache.http.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A cache behind an HTTP server. */
final class HttpBinaryCache implements BinaryCache {
    private static final String CACHE_INFO = "nix-cache-info";
    private static final int NARINFO_LIMIT = 1 << 20;
    private static final int CACHE_INFO_LIMIT = 64 * 1024;
    // What a narinfo with a thousand references has.
    private static final int USUAL_BYTES = 64 * 1024;
    private static final int UNUSUAL_AT_ONCE = 4;

    /** A path that is missing seldom comes alone. */
    private static final int LOOKUPS_AFTER_THE_FIRST = 46;

    private final CacheLocation location;
    private final CacheOptions options;
    private final HttpFetcher fetcher;
    private final CacheInfoOnce info;
    private final Semaphore lookups;
    private final AtomicBoolean lookedUp = new AtomicBoolean();
    private final Semaphore unusual = new Semaphore(UNUSUAL_AT_ONCE, true);
    private final Semaphore downloads;
    private final Set<HttpNarDownload> open = ConcurrentHashMap.newKeySet();

    HttpBinaryCache(
            CacheLocation location,
            Optional<Credentials> credentials,
            CacheOptions options,
            HttpTransport transport) {
        this.location = location;
        this.options = options;
        CacheLimits limits = options.limits();
        this.fetcher =
                new HttpFetcher(
                        transport,
                        location.name(),
                        location.base(),
                        credentials.or(location::login),
                        options.netrc(),
                        limits.responseTimeout());
        this.info = new CacheInfoOnce(location, options.storeDir(), this::readInfo);
        this.lookups = new Semaphore(limits.lookups(), true);
        this.downloads = new Semaphore(limits.downloads(), true);
    }

    @Override
    public String name() {
        return location.name();
    }

    @Override
    public OptionalInt urlPriority() {
        return location.priority();
    }

    @Override
    public boolean trusted() {
        return location.trusted();
    }

    @Override
    public CacheInfo info() throws CacheException, InterruptedException {
        return info.get();
    }

    @Override
    public Decompressors decompressors() {
        return options.decompressors();
    }

    private byte[] readInfo() throws CacheException, InterruptedException {
        try (var room = new Room(unusual)) {
            return read(CACHE_INFO, CACHE_INFO_LIMIT, 0, room);
        }
    }

    @Override
    public NarInfoLookup lookup(StorePath path) throws InterruptedException {
        String what = path.hashPart() + ".narinfo";
        int likelyMore = lookedUp.getAndSet(true) ? 0 : LOOKUPS_AFTER_THE_FIRST;
        lookups.acquire();
        try (var room = new Room(unusual)) {
            return NarInfoText.judge(
                    read(what, NARINFO_LIMIT, likelyMore, room), path, name(), what);
        } catch (CacheException e) {
            return e.kind() == CacheException.Kind.ABSENT
                    ? new NarInfoLookup.Absent()
                    : new NarInfoLookup.Failed(e);
        } finally {
            lookups.release();
        }
    }

    private byte[] read(String what, int limit, int likelyMore, Room room)
            throws CacheException, InterruptedException {
        var request =
                new HttpFetcher.Request(
                        what,
                        location.base().resolve(what),
                        Map.of(),
                        USUAL_BYTES,
                        likelyMore,
                        bytes -> {},
                        exchange -> {});
        return new Retries(options, name(), what, Thread::sleep)
                .run(attempt -> readOnce(request, limit, room, attempt));
    }

    private byte[] readOnce(HttpFetcher.Request request, int limit, Room room, int attempt)
            throws AttemptFailedException, InterruptedException {
        Patience patience = Patience.until(options.limits().lookupTimeout());
        HttpFetcher.Answer answer = fetcher.get(request, attempt);
        try (var exchange = answer.exchange()) {
            if (request.what().equals(CACHE_INFO)) {
                tellTime(answer.head());
            }
            if (answer.head().status() != 200) {
                exchange.finish();
                throw refused(request.what(), answer);
            }
            var encodings = ContentEncodings.of(answer.head());
            if (!encodings.identity()) {
                room.take();
            }
            var encoded = new BoundedStream(exchange.body(patience), 2L * limit);
            try (InputStream body = decoded(encodings, encoded)) {
                byte[] content = body.readNBytes(USUAL_BYTES);
                if (content.length < USUAL_BYTES) {
                    return content;
                }
                room.take();
                return whole(content, body, limit, request.what());
            }
        } catch (CorruptStreamException | BoundedStream.OverlongException | FormatException e) {
            throw corrupt(request.what(), String.valueOf(e.getMessage()), e);
        } catch (InterruptedIOException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw fetcher.broken(request.what(), e);
        }
    }

    private void tellTime(HttpHead head) {
        head.header("Date")
                .ifPresent(
                        date ->
                                options.listener()
                                        .onServerTime(name(), date, head.header("Age").orElse("")));
    }

    /** A narinfo is shorter than any window. */
    private InputStream decoded(ContentEncodings encodings, InputStream encoded)
            throws IOException {
        return encodings.decode(encoded, options.decompressors(), Decompressors.Window.USUAL);
    }

    private byte[] whole(byte[] start, InputStream rest, int limit, String what)
            throws AttemptFailedException, IOException {
        byte[] end = rest.readNBytes(limit + 1 - start.length);
        if (start.length + end.length > limit) {
            throw corrupt(what, "it is longer than %d bytes".formatted(limit), null);
        }
        byte[] all = Arrays.copyOf(start, start.length + end.length);
        System.arraycopy(end, 0, all, start.length, end.length);
        return all;
    }

    /** S3 says 403 for files that are not there, to those who may not list the bucket. */
    private AttemptFailedException refused(String what, HttpFetcher.Answer answer) {
        AttemptFailedException refusal = fetcher.refused(what, answer.head());
        return what.endsWith(".narinfo") && answer.head().status() == 403
                ? AttemptFailedException.forGood(
                        fetcher.failure(CacheException.Kind.ABSENT, what, "HTTP status 403"))
                : refusal;
    }

    private AttemptFailedException corrupt(String what, String problem, @Nullable Throwable cause) {
        return AttemptFailedException.forGood(
                cause == null
                        ? fetcher.failure(CacheException.Kind.CORRUPT, what, problem)
                        : fetcher.failure(CacheException.Kind.CORRUPT, what, problem, cause));
    }

    private static InterruptedException interrupted(InterruptedIOException cause) {
        Thread.interrupted();
        var interrupted = new InterruptedException(cause.getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    /**
     * The room for one of few answers that are unusually long, or encoded, from the time when that
     * shows until it was judged: all lookups at once are many, and each such answer takes some MiB.
     */
    private static final class Room implements AutoCloseable {
        private final Semaphore rooms;
        private boolean taken;

        Room(Semaphore rooms) {
            this.rooms = rooms;
        }

        void take() throws InterruptedException {
            if (!taken) {
                rooms.acquire();
                taken = true;
            }
        }

        @Override
        public void close() {
            if (taken) {
                taken = false;
                rooms.release();
            }
        }
    }

    @Override
    public NarDownload open(NarInfo narInfo) {
        var download =
                new HttpNarDownload(
                        new NarTransfers(narInfo, location, options, fetcher),
                        options,
                        downloads,
                        open::remove);
        open.add(download);
        download.start();
        return download;
    }

    /** Ends all downloads; the connections belong to {@link BinaryCaches}. */
    @Override
    public void close() {
        open.forEach(HttpNarDownload::close);
    }
}
