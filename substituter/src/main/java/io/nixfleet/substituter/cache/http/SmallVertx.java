package io.nixfleet.substituter.cache.http;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
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
}
