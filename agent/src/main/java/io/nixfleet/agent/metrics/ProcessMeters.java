package io.nixfleet.agent.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What every process tells Prometheus, by the names that are usual there. */
final class ProcessMeters {
    private static final double NANOS = 1e9;
    private static final String RESIDENT = "VmRSS:";

    private final Path status;

    ProcessMeters(Path proc) {
        this.status = proc.resolve("self/status");
    }

    void bindTo(MeterRegistry registry) {
        double started = ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0;
        Gauge.builder("process.start.time", () -> started)
                .description("When the process began, in Unix time.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("process.resident.memory", this::residentBytes)
                .description("Memory that the process has in RAM.")
                .baseUnit("bytes")
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
            FunctionCounter.builder("process.cpu", os, bean -> bean.getProcessCpuTime() / NANOS)
                    .description("Processor time that the process used.")
                    .baseUnit("seconds")
                    .register(registry);
            Gauge.builder("process.open.fds", os, bean -> bean.getOpenFileDescriptorCount())
                    .description("Open file descriptors.")
                    .register(registry);
            Gauge.builder("process.max.fds", os, bean -> bean.getMaxFileDescriptorCount())
                    .description("How many file descriptors may be open.")
                    .register(registry);
        }
    }

    /** Not a number where the kernel does not say. */
    private double residentBytes() {
        try {
            List<String> lines = Files.readAllLines(status);
            return lines.stream()
                    .filter(line -> line.startsWith(RESIDENT))
                    .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
                    .mapToDouble(kilobytes -> Double.parseDouble(kilobytes) * 1024)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException | NumberFormatException _) {
            return Double.NaN;
        }
    }
}
