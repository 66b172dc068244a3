package io.nixfleet.agent.nix;

import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Nix's configuration, which is read while its reader does something else. */
public final class PendingNixConfig implements AutoCloseable {
    private final FutureTask<NixConfig> reading;

    private PendingNixConfig(FutureTask<NixConfig> reading) {
        this.reading = reading;
    }

    /**
     * Begins to read.
     *
     * @param environment see {@link NixConfig#read(ProcessRunner, Map)}
     */
    public static PendingNixConfig read(ProcessRunner runner, Map<String, String> environment) {
        var reading = new FutureTask<>(() -> NixConfig.read(runner, environment));
        Thread.ofVirtual().name("nixfleet-nix-config").start(reading);
        return new PendingNixConfig(reading);
    }

    /**
     * Waits for it.
     *
     * @throws IOException see {@link NixConfig#read(ProcessRunner, Map)}
     */
    public NixConfig await() throws IOException, InterruptedException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("Nix's configuration could not be read", e.getCause());
        }
    }

    /** Ends the command that is asked, if it still runs. */
    @Override
    public void close() {
        reading.cancel(true);
    }
}
