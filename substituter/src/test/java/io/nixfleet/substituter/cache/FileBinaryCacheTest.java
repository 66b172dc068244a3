package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.testing.cache.NarInfos;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileBinaryCacheTest extends BinaryCacheContract {
    @TempDir private Path temp;
    private BinaryCache cache;

    FileBinaryCacheTest() {
        this.cache = new BinaryCaches(CacheOptions.builder().build()).open(URI.create("file:///x"));
    }

    @BeforeEach
    void openDirectoryWhoseNameNeedsEscapes() throws IOException {
        Path directory = Files.createDirectory(temp.resolve("my cache"));
        Files.writeString(temp.resolve("outside"), "not for you");
        Files.writeString(temp.resolve("my cache-2"), "not for you either");
        cache = new BinaryCaches(CacheOptions.builder().build()).open(directory.toUri());
    }

    @Override
    BinaryCache cache() {
        return cache;
    }

    @Override
    void put(String file, byte[] content) throws IOException {
        Path path = temp.resolve("my cache").resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside",
                "nar/../../outside",
                "../my cache-2",
                "/etc/hostname",
                "http://127.0.0.1:9/x",
                "file:///etc/hostname"
            })
    void refusesNarOutsideOfTheCache(String url) {
        var narInfo = NarInfos.of(NarInfos.path('a'), url, Compression.XZ, new byte[1]);
        try (var download = cache.open(narInfo)) {
            assertThatThrownBy(() -> download.stream().read())
                    .isInstanceOfSatisfying(
                            CacheException.class,
                            e -> assertThat(e.kind()).isEqualTo(CacheException.Kind.CORRUPT))
                    .hasMessageEndingWith("the NAR's URL leads out of the cache");
        }
    }

    @Test
    void refusesWhatIsNotARegularFile() throws IOException {
        Files.createDirectory(temp.resolve("my cache/nar"));
        var narInfo = NarInfos.of(NarInfos.path('a'), "nar", Compression.XZ, new byte[1]);
        try (var download = cache.open(narInfo)) {
            assertThatThrownBy(() -> download.stream().read())
                    .hasMessageEndingWith("it is not a regular file");
        }
    }

    @Test
    void isNamedByItsDirectory() {
        assertThat(cache.name()).startsWith("file:///").endsWith("/my%20cache");
    }
}
