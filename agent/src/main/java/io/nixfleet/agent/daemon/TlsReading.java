package io.nixfleet.agent.daemon;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Certificates and keys that are being read in a thread of their own. */
final class TlsReading {
    private final FutureTask<TlsFiles> reading;

    /** Begins. */
    TlsReading(AgentSettings.Tls settings) {
        reading =
                new FutureTask<>(
                        () ->
                                TlsFiles.open(
                                        new TlsPaths(
                                                settings.authority(),
                                                settings.certificate(),
                                                settings.key())));
        Thread.ofPlatform().daemon().name("nixfleet-tls").start(reading);
    }

    /** Waits until they are read; file systems answer, so there is no other limit. */
    TlsFiles files() throws IOException, InterruptedException {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
