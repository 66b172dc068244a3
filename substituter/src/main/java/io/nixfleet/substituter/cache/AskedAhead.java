package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A cache that was asked for its {@code nix-cache-info}, and for some paths, before anybody wanted
 * to know: the answers are there, or on their way, when they are. Each counts for one lookup, so
 * that nothing is remembered.
 */
public final class AskedAhead implements BinaryCache {
    private final BinaryCache cache;
    private final Map<StorePath, FutureTask<NarInfoLookup>> answers = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    private AskedAhead(BinaryCache cache) {
        this.cache = cache;
    }

    /**
     * Begins to ask, and does not wait. What goes wrong is told to whoever asks for the same.
     *
     * @param paths that will be looked up first; few
     * @return the cache, which closes the given one with itself
     */
    public static BinaryCache ask(BinaryCache cache, Collection<StorePath> paths) {
        var asked = new AskedAhead(cache);
        asked.begin("nixfleet-ahead-info", asked::readInfo);
        for (StorePath path : paths) {
            var answer = new FutureTask<>(() -> cache.lookup(path));
            if (asked.answers.putIfAbsent(path, answer) == null) {
                asked.begin("nixfleet-ahead-lookup", answer);
            }
        }
        return asked;
    }

    private void begin(String name, Runnable work) {
        threads.add(Thread.ofVirtual().name(name).start(work));
    }

    private void readInfo() {
        try {
            cache.info();
        } catch (CacheException | RuntimeException _) {
            // A failure is not kept: who wants to know asks again. After we are closed nobody does.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return cache.name();
    }

    @Override
    public CacheInfo info() throws CacheException, InterruptedException {
        return cache.info();
    }

    @Override
    public OptionalInt urlPriority() {
        return cache.urlPriority();
    }

    @Override
    public boolean trusted() {
        return cache.trusted();
    }

    @Override
    public NarInfoLookup lookup(StorePath path) throws InterruptedException {
        FutureTask<NarInfoLookup> answer = answers.remove(path);
        if (answer == null) {
            return cache.lookup(path);
        }
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (CancellationException _) {
            throw new InterruptedException(name() + " was closed");
        } catch (ExecutionException e) {
            throw new IllegalStateException("looking up " + path + " failed", e.getCause());
        }
    }

    @Override
    public NarDownload open(NarInfo narInfo) {
        return cache.open(narInfo);
    }

    @Override
    public Decompressors decompressors() {
        return cache.decompressors();
    }

    @Override
    public void close() {
        answers.values().forEach(answer -> answer.cancel(true));
        threads.forEach(Thread::interrupt);
        cache.close();
    }
}
