package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.NarInfos;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AskedAheadTest {
    private static final StorePath PATH = NarInfos.path('a');
    private static final String FILE = "/" + PATH.hashPart() + ".narinfo";
    private static final String INFO = "/nix-cache-info";
    private static final String TEXT =
            NarInfos.text(PATH, "nar/a.nar.zst", Compression.ZSTD, new byte[1]);

    private final CacheFixture fixture = new CacheFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void hasTheAnswerForOneLookup() throws Exception {
        var asked = new CountDownLatch(2);
        fixture.server.on(
                FILE,
                (request, wire) -> {
                    asked.countDown();
                    Answers.ok(TEXT).send(request, wire);
                },
                Answers.status(404));
        fixture.server.on(
                INFO,
                (request, wire) -> {
                    asked.countDown();
                    Answers.ok("StoreDir: /nix/store\nPriority: 7\n").send(request, wire);
                });
        BinaryCache cache = AskedAhead.ask(fixture.cache(), List.of(PATH));
        asked.await();

        assertThat(cache.lookup(PATH)).isInstanceOf(NarInfoLookup.Found.class);
        assertThat(cache.info().priority()).isEqualTo(7);
        assertThat(fixture.server.requests(FILE)).hasSize(1);
        assertThat(fixture.server.requests(INFO)).hasSize(1);
        assertThat(cache.lookup(PATH)).isEqualTo(new NarInfoLookup.Absent());
        assertThat(fixture.server.requests(FILE)).hasSize(2);
    }

    @Test
    void tellsWhatWentWrong() throws Exception {
        fixture.server.on(FILE, Answers.status(401));
        fixture.server.on(INFO, Answers.status(500), Answers.ok("StoreDir: /nix/store\n"));

        BinaryCache cache = AskedAhead.ask(fixture.cache(), List.of(PATH));

        assertThat(cache.lookup(PATH)).isInstanceOf(NarInfoLookup.Failed.class);
        assertThat(cache.info().storeDir()).isPresent();
    }

    @Test
    void endsWhatIsUnderWay() throws Exception {
        var asked = new CountDownLatch(1);
        fixture.server.on(
                FILE,
                (request, wire) -> {
                    asked.countDown();
                    Answers.silence().send(request, wire);
                });
        BinaryCache cache = AskedAhead.ask(fixture.cache(), List.of(PATH));
        asked.await();

        cache.close();

        assertThatThrownBy(() -> cache.lookup(PATH)).isInstanceOf(InterruptedException.class);
    }
}
