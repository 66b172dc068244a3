package io.nixfleet.agent.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.function.Supplier;

/**
 * Memory, threads and collections of the JVM, without the listeners and threads that Micrometer's
 * own binders for them have.
 */
final class JvmMeters {
    private JvmMeters() {}

    static void bindTo(MeterRegistry registry) {
        var memory = ManagementFactory.getMemoryMXBean();
        memory(registry, "heap", memory::getHeapMemoryUsage);
        memory(registry, "nonheap", memory::getNonHeapMemoryUsage);
        for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            Gauge.builder("jvm.buffer.memory.used", pool, BufferPoolMXBean::getMemoryUsed)
                    .description("Memory of buffers outside of the heap.")
                    .baseUnit("bytes")
                    .tag("pool", pool.getName())
                    .register(registry);
        }
        var threads = ManagementFactory.getThreadMXBean();
        Gauge.builder("jvm.threads.live", threads, bean -> bean.getThreadCount())
                .description("Platform threads.")
                .register(registry);
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            FunctionCounter.builder("jvm.gc.collections", collector, gc -> gc.getCollectionCount())
                    .description("Garbage collections.")
                    .tag("gc", collector.getName())
                    .register(registry);
            FunctionCounter.builder(
                            "jvm.gc.collection", collector, gc -> gc.getCollectionTime() / 1000.0)
                    .description("Time spent in garbage collections.")
                    .baseUnit("seconds")
                    .tag("gc", collector.getName())
                    .register(registry);
        }
    }

    private static void memory(MeterRegistry registry, String area, Supplier<MemoryUsage> usage) {
        Gauge.builder("jvm.memory.used", () -> usage.get().getUsed())
                .description("Memory in use.")
                .baseUnit("bytes")
                .tag("area", area)
                .register(registry);
        Gauge.builder("jvm.memory.committed", () -> usage.get().getCommitted())
                .description("Memory that the JVM has from the system.")
                .baseUnit("bytes")
                .tag("area", area)
                .register(registry);
    }
}
