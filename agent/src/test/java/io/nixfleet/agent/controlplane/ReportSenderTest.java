package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.protocol.Report;
import io.nixfleet.testing.controlplane.Fault;
import io.nixfleet.testing.controlplane.ReceivedReport;
import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReportSenderTest {
    private static final class MemoryOutbox implements Outbox {
        private final Deque<Queued> waiting = new ArrayDeque<>();
        private long nextId = 1;

        void add(Report report) {
            waiting.add(new Queued(nextId++, report));
        }

        @Override
        public Optional<Queued> oldest() {
            return Optional.ofNullable(waiting.peek());
        }

        @Override
        public void sent(long id) {
            waiting.removeIf(queued -> queued.id() == id);
        }
    }

    private final MemoryOutbox outbox = new MemoryOutbox();
    private Vertx vertx;
    private ScriptedControlPlane server;
    private ControlPlane client;
    private ReportSender sender;

    @BeforeEach
    void start() throws IOException {
        vertx = Vertx.vertx();
        server = ScriptedControlPlane.plain();
        client =
                new ControlPlane(
                        vertx,
                        new ControlPlaneOptions(
                                server.url(),
                                "web-1",
                                TlsFiles.open(TlsPaths.NONE),
                                Duration.ofSeconds(20),
                                "nixfleet-test",
                                true));
        sender = new ReportSender(outbox, client);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        vertx.close().await();
    }

    private List<String> received() {
        return server.fleet().reports("web-1").stream().map(ReceivedReport::message).toList();
    }

    @Test
    void sendsAllInOrder() throws Exception {
        outbox.add(Reports.saying("applying"));
        outbox.add(Reports.saying("deployed"));

        assertThat(sender.drain()).isEqualTo(new ReportSender.Drained.Empty());
        assertThat(received()).containsExactly("applying", "deployed");
        assertThat(outbox.waiting).isEmpty();
    }

    @Test
    void stopsAtTheFirstFailureAndGoesOnThereLater() throws Exception {
        outbox.add(Reports.saying("applying"));
        outbox.add(Reports.saying("deployed"));
        server.fault(new Fault.Status(503), 1);

        assertThat(sender.drain())
                .isEqualTo(
                        new ReportSender.Drained.Stopped(
                                "control plane %s: answers 503: scripted to fail"
                                        .formatted(server.url())));
        assertThat(outbox.waiting).hasSize(2);
        assertThat(server.requests()).hasSize(1);

        assertThat(sender.drain()).isEqualTo(new ReportSender.Drained.Empty());
        assertThat(received()).containsExactly("applying", "deployed");
    }

    @Test
    void dropsWhatTheControlPlaneNeverTakesAndSendsTheRest() throws Exception {
        outbox.add(Reports.saying("too long", Collections.nCopies(1100, "t".repeat(1000))));
        outbox.add(Reports.saying("refused"));
        outbox.add(Reports.saying("deployed"));
        server.fault(new Fault.Status(422), 1);

        assertThat(sender.drain()).isEqualTo(new ReportSender.Drained.Empty());
        assertThat(received()).containsExactly("deployed");
        assertThat(outbox.waiting).isEmpty();
    }
}
