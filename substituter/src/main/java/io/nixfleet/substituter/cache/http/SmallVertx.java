package io.nixfleet.substituter.cache.http;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;

/** Vert.x for a process that mostly waits: one event loop, and next to no other threads. */
public final class SmallVertx {
    private SmallVertx() {}

    /**
     * For servers and clients only: no files are served, and nothing blocking runs on its pools.
     */
    public static Vertx open() {
        return Vertx.vertx(
                new VertxOptions()
                        .setEventLoopPoolSize(1)
                        .setWorkerPoolSize(1)
                        .setInternalBlockingPoolSize(1)
                        .setUseDaemonThread(true)
                        .setBlockedThreadCheckInterval(TimeUnit.DAYS.toMillis(1))
                        .setFileSystemOptions(
                                new FileSystemOptions()
                                        .setClassPathResolvingEnabled(false)
                                        .setFileCachingEnabled(false)));
    }

    /**
     * As {@link #open}, for a process that waits for days: its event loops sleep until something
     * happens.
     */
    public static Vertx openForDaemon() {
        Vertx vertx = open();
        var loops = (VertxInternal) vertx;
        letSleep(loops.nettyEventLoopGroup());
        letSleep(loops.acceptorEventLoopGroup());
        return vertx;
    }

    /**
     * A pool of connections in which kept ones are looked through every ten seconds, rather than
     * each second, day and night.
     */
    public static PoolOptions pool() {
        return new PoolOptions().setCleanerPeriod(10_000);
    }

    /** A loop of Netty that has no task to come wakes each second to see whether there is one. */
    private static void letSleep(EventLoopGroup loops) {
        for (EventExecutor loop : loops) {
            var _ = loop.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.DAYS);
        }
    }
}
