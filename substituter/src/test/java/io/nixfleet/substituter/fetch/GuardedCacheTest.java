package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.CacheInfo;
import io.nixfleet.substituter.cache.NarDownload;
import io.nixfleet.substituter.cache.NarInfoLookup;
import io.nixfleet.testing.cache.NarInfos;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuardedCacheTest {
    private static final StorePath PATH = NarInfos.path('a');
    private static final NarInfoLookup FOUND =
            new NarInfoLookup.Found(NarInfos.of(PATH, "nar/a.nar", Compression.NONE, new byte[1]));

    private final Script script = new Script();
    private final List<FetchEvent> events = new ArrayList<>();
    private final GuardedCache cache =
            new GuardedCache(
                    script, StoreDir.NIX_STORE, FetchBench.policy(1, 1, 1, 3, 5), events::add);

    /** A cache that answers as it is told. */
    private static final class Script implements BinaryCache {
        private NarInfoLookup answer = FOUND;
        private int lookups;

        @Override
        public String name() {
            return "https://script";
        }

        @Override
        public CacheInfo info() {
            return new CacheInfo(Optional.empty(), false, 0);
        }

        @Override
        public NarInfoLookup lookup(StorePath path) {
            lookups++;
            return answer;
        }

        @Override
        public NarDownload open(NarInfo narInfo) {
            throw new AssertionError("nothing is downloaded here");
        }

        @Override
        public Decompressors decompressors() {
            throw new AssertionError("nothing is decompressed here");
        }

        @Override
        public void close() {}
    }

    private void answer(CacheException.Kind kind) {
        script.answer = new NarInfoLookup.Failed(new CacheException(kind, "it says " + kind));
    }

    private void lookUp(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            cache.lookup(PATH);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CacheException.Kind.class,
            names = {"UNREACHABLE", "NOT_A_CACHE", "DENIED"})
    void setsAsideAfterFailuresInARow(CacheException.Kind kind) throws InterruptedException {
        answer(kind);

        lookUp(2);
        assertThat(cache.reasonForSettingAside()).isNull();
        lookUp(1);
        assertThat(cache.reasonForSettingAside()).hasMessage("it says " + kind);

        assertThat(cache.lookup(PATH)).isInstanceOf(NarInfoLookup.Failed.class);
        assertThat(script.lookups).isEqualTo(3);
        assertThat(events)
                .containsExactly(new FetchEvent.CacheSetAside("https://script", "it says " + kind));
    }

    @Test
    void setsAsideAfterMoreSpoiltAnswers() throws InterruptedException {
        answer(CacheException.Kind.CORRUPT);

        lookUp(4);
        assertThat(cache.reasonForSettingAside()).isNull();
        lookUp(1);
        assertThat(cache.reasonForSettingAside()).isNotNull();
    }

    @Test
    void neverSetsAsideForAbsence() throws InterruptedException {
        script.answer = new NarInfoLookup.Absent();

        lookUp(100);

        assertThat(cache.reasonForSettingAside()).isNull();
        assertThat(script.lookups).isEqualTo(100);
    }

    @Test
    void oneGoodAnswerForgivesTheFailuresBefore() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            answer(CacheException.Kind.UNREACHABLE);
            lookUp(2);
            script.answer = FOUND;
            lookUp(1);
        }

        assertThat(cache.reasonForSettingAside()).isNull();
    }

    @Test
    void countsDownloadsToo() {
        failToGive(3, CacheException.Kind.UNREACHABLE);

        assertThat(cache.reasonForSettingAside()).hasMessage("it gave UNREACHABLE");
    }

    private void failToGive(int times, CacheException.Kind kind) {
        for (int i = 0; i < times; i++) {
            cache.failedToGive(PATH, new CacheException(kind, "it gave " + kind));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CacheException.Kind.class,
            names = {"UNREACHABLE", "CORRUPT"})
    void goodNarInfosDoNotForgiveDownloads(CacheException.Kind kind) throws InterruptedException {
        for (char path = '0'; path < '5'; path++) {
            failToGive(1, kind);
            cache.lookup(NarInfos.path(path));
        }

        assertThat(cache.reasonForSettingAside()).hasMessage("it gave " + kind);
    }

    @Test
    void oneGoodDownloadForgivesTheDownloadsBefore() {
        for (int i = 0; i < 10; i++) {
            failToGive(2, CacheException.Kind.UNREACHABLE);
            failToGive(4, CacheException.Kind.CORRUPT);
            cache.gave();
        }

        assertThat(cache.reasonForSettingAside()).isNull();
    }

    @Test
    void keepsTheFirstReason() {
        for (int i = 0; i < 5; i++) {
            cache.spoilt(PATH, "spoilt " + i);
        }
        failToGive(5, CacheException.Kind.DENIED);

        assertThat(cache.reasonForSettingAside()).hasMessage("spoilt 4");
        assertThat(events).hasSize(1);
    }
}
