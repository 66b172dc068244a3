package io.nixfleet.agent.daemon;

import io.nixfleet.agent.endpoint.PushListener;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsMaterial;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the push listener take up certificates that were rotated. */
final class CertificateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private CertificateWatch() {}

    static AutoCloseable start(TlsFiles files, PushListener listener) {
        TlsMaterial first = files.current();
        Thread thread =
                Thread.ofVirtual()
                        .name("nixfleet-certificates")
                        .start(() -> watch(files, listener, first));
        return thread::interrupt;
    }

    private static void watch(TlsFiles files, PushListener listener, TlsMaterial first) {
        TlsMaterial served = first;
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                TlsMaterial now = files.current();
                if (now != served) {
                    served = now;
                    try {
                        listener.reload();
                    } catch (IOException e) {
                        LOG.warn("the push listener keeps its certificate: {}", e.getMessage());
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
