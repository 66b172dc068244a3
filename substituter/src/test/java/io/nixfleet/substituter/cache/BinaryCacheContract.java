package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.cache.NarInfos;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every kind of cache does. */
@Timeout(60)
abstract class BinaryCacheContract {
    private static final StorePath PATH = NarInfos.path('a');
    private static final byte[] NAR = CacheFixture.bytes(300_000);

    /** The cache under test, at first empty. */
    abstract BinaryCache cache();

    /** Puts a file into it. */
    abstract void put(String file, byte[] content) throws Exception;

    private void put(String file, String text) throws Exception {
        put(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static NarInfo narInfo(String url) {
        return NarInfos.of(PATH, url, Compression.XZ, NAR);
    }

    @Test
    void tellsWhatTheCacheIs() throws Exception {
        put("nix-cache-info", "StoreDir: /nix/store\nPriority: 41\nWantMassQuery: 1\n");

        CacheInfo info = cache().info();

        assertThat(info.priority()).isEqualTo(41);
        assertThat(info.wantMassQuery()).isTrue();
    }

    @Test
    void takesMissingCacheInfoForNoCache() {
        assertThatThrownBy(() -> cache().info())
                .isInstanceOfSatisfying(
                        CacheException.class,
                        e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.ABSENT))
                .hasMessageContaining(cache().name());
    }

    @Test
    void takesMalformedCacheInfoForCorrupt() throws Exception {
        put("nix-cache-info", "Priority: first\n");

        assertThatThrownBy(() -> cache().info())
                .isInstanceOfSatisfying(
                        CacheException.class,
                        e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.CORRUPT))
                .hasMessageEndingWith("nix-cache-info: Priority 'first' is not a number");
    }

    @Test
    void seesAtOnceWhatWasPushed() throws Exception {
        assertThat(cache().lookup(PATH)).isEqualTo(new NarInfoLookup.Absent());

        put(PATH.hashPart() + ".narinfo", NarInfos.text(PATH, "nar/a", Compression.XZ, NAR));

        assertThat(cache().lookup(PATH)).isEqualTo(new NarInfoLookup.Found(narInfo("nar/a")));
    }

    @Test
    void refusesNarInfoOfAnotherPath() throws Exception {
        put(
                PATH.hashPart() + ".narinfo",
                NarInfos.text(NarInfos.path('b'), "nar/a", Compression.XZ, NAR));

        assertThat(cache().lookup(PATH)).isInstanceOf(NarInfoLookup.Failed.class);
    }

    @Test
    void refusesHugeNarInfo() throws Exception {
        put(PATH.hashPart() + ".narinfo", new byte[10 << 20]);

        assertThat(cache().lookup(PATH))
                .isInstanceOfSatisfying(
                        NarInfoLookup.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .hasMessageEndingWith("it is longer than 1048576 bytes"));
    }

    @Test
    void deliversNarFiles() throws Exception {
        put("nar/a.nar.xz", NAR);

        try (var download = cache().open(narInfo("nar/a.nar.xz"))) {
            assertThat(download.stream().readAllBytes()).isEqualTo(NAR);
            assertThat(download.bytesReceived()).isEqualTo(NAR.length);
            assertThat(download.stream().read()).isEqualTo(-1);
        }
    }

    @Test
    void saysWhichNarFileIsMissing() {
        try (var download = cache().open(narInfo("nar/missing"))) {
            assertThatThrownBy(() -> download.stream().read())
                    .isInstanceOfSatisfying(
                            CacheException.class,
                            e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.ABSENT))
                    .hasMessageContaining("nar/missing");
        }
    }

    @Test
    void canBeClosedBeforeAndAfterReading() throws Exception {
        put("nar/a", NAR);

        NarDownload download = cache().open(narInfo("nar/a"));
        download.close();
        download.close();
        assertThatThrownBy(() -> download.stream().read())
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("closed by its reader");

        NarDownload second = cache().open(narInfo("nar/a"));
        assertThat(second.stream().read()).isEqualTo(NAR[0] & 0xff);
        second.stream().close();
        second.close();
    }
}
