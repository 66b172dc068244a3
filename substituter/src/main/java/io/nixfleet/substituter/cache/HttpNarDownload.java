package io.nixfleet.substituter.cache;

import io.nixfleet.substituter.cache.http.HttpExchange;
import io.nixfleet.substituter.cache.http.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A NAR's download. Whoever comes first begins the transfer, a thread of its own or the reader; the
 * reader alone mends it. The lock is held while somebody does so or reads, since a decoder's native
 * memory must not be freed under its user; {@link #close} leaves the freeing to who holds it.
 */
final class HttpNarDownload implements NarDownload {
    private final NarTransfers transfers;
    private final CacheOptions options;
    private final Semaphore permits;
    private final Consumer<HttpNarDownload> onClose;
    private final Retries retries;
    private final AtomicLong received = new AtomicLong();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final InputStream stream = new Stream();
    private final Thread opener;
    private volatile @Nullable HttpExchange exchange;

    private final ReentrantLock busy = new ReentrantLock();
    private boolean permitHeld;
    private NarTransfers.@Nullable Transfer transfer;
    private @Nullable CacheException failure;
    private long delivered;
    private int resumptions;
    private boolean progressed;

    HttpNarDownload(
            NarTransfers transfers,
            CacheOptions options,
            Semaphore permits,
            Consumer<HttpNarDownload> onClose) {
        this.transfers = transfers;
        this.options = options;
        this.permits = permits;
        this.onClose = onClose;
        this.retries =
                new Retries(options, transfers.cache(), transfers.what(), this::pauseUnlessClosed);
        this.opener = Thread.ofVirtual().name("nar-opener").unstarted(this::openAhead);
    }

    void start() {
        opener.start();
    }

    private void openAhead() {
        busy.lock();
        try {
            if (!isClosed()) {
                current();
            }
        } catch (CacheException e) {
            // Kept for the reader.
        } catch (InterruptedException e) {
            // Only close does this.
        } finally {
            leave();
        }
    }

    @Override
    public InputStream stream() {
        return stream;
    }

    @Override
    public long bytesReceived() {
        return received.get();
    }

    @Override
    public void close() {
        closed.countDown();
        opener.interrupt();
        HttpExchange live = exchange;
        if (live != null) {
            live.close();
        }
        disposeIfIdle();
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            busy.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            while (true) {
                NarTransfers.Transfer live = current();
                try {
                    int count = live.bytes().read(bytes, offset, length);
                    if (count > 0) {
                        delivered += count;
                        progressed = true;
                    }
                    return count;
                } catch (InterruptedIOException e) {
                    throw e;
                } catch (IOException e) {
                    mend(e);
                }
            }
        } catch (CacheException e) {
            failure = e;
            throw e;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            leave();
        }
    }

    /** The transfer under way; begins the first one. */
    private NarTransfers.Transfer current() throws CacheException, InterruptedException {
        CacheException known = failure;
        if (known != null) {
            throw known;
        }
        NarTransfers.Transfer live = transfer;
        if (live == null) {
            acquirePermit();
            try {
                live = retries.run(this::begin);
            } catch (CacheException e) {
                failure = e;
                throw e;
            }
        }
        return live;
    }

    private NarTransfers.Transfer begin(int attempt)
            throws AttemptFailedException, InterruptedException {
        if (isClosed()) {
            throw AttemptFailedException.forGood(closedByReader());
        }
        NarTransfers.Transfer begun =
                transfers.begin(delivered, attempt, received::addAndGet, this::watch);
        transfer = begun;
        return begun;
    }

    private void watch(HttpExchange started) {
        exchange = started;
        if (isClosed()) {
            started.close();
        }
    }

    private void mend(IOException cause) throws CacheException, InterruptedException {
        closeTransfer();
        if (isClosed()) {
            throw closedByReader();
        }
        AttemptFailedException broken = transfers.broken(cause);
        resumptions++;
        if (resumptions > options.limits().resumptions()) {
            throw transfers.brokenTooOften(resumptions, broken.reason());
        }
        if (progressed && !stalled(cause)) {
            retries.reset();
        }
        progressed = false;
        retries.failed(broken);
        NarTransfers.Transfer next = retries.run(this::begin);
        options.listener()
                .onResume(
                        transfers.cache(),
                        transfers.what(),
                        delivered,
                        next.ranged(),
                        broken.reasonText());
    }

    /** A few bytes before a stall are no progress: a drip would buy a time limit with each. */
    private static boolean stalled(IOException cause) {
        return cause instanceof TransportException transport
                && transport.kind() == TransportException.Kind.STALLED;
    }

    private void acquirePermit() throws CacheException, InterruptedException {
        while (!permitHeld) {
            permitHeld = permits.tryAcquire(100, TimeUnit.MILLISECONDS);
            if (isClosed()) {
                throw closedByReader();
            }
        }
    }

    private void pauseUnlessClosed(Duration delay) throws InterruptedException {
        boolean ended = closed.await(delay.toNanos(), TimeUnit.NANOSECONDS);
        if (ended) {
            throw new InterruptedException("the download was closed");
        }
    }

    private CacheException closedByReader() {
        return transfers.closedByReader();
    }

    private void leave() {
        busy.unlock();
        if (isClosed()) {
            disposeIfIdle();
        }
    }

    private void disposeIfIdle() {
        if (busy.tryLock()) {
            try {
                closeTransfer();
                if (permitHeld) {
                    permitHeld = false;
                    permits.release();
                }
                if (failure == null) {
                    failure = closedByReader();
                }
                onClose.accept(this);
            } finally {
                busy.unlock();
            }
        }
    }

    private void closeTransfer() {
        NarTransfers.Transfer live = transfer;
        transfer = null;
        if (live != null) {
            live.close();
        }
    }

    private static InterruptedIOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("interrupted while a NAR was downloaded");
        interrupted.initCause(cause);
        return interrupted;
    }

    private final class Stream extends InputStream {
        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return length == 0 ? 0 : HttpNarDownload.this.read(bytes, offset, length);
        }

        @Override
        public void close() {
            HttpNarDownload.this.close();
        }
    }
}
