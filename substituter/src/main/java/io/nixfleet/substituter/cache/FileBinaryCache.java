package io.nixfleet.substituter.cache;

import io.nixfleet.nix.compression.Decompressors;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A cache in a directory, as {@code nix copy --to file:///dir} makes it. A narinfo may name files
 * below the directory only: it came from somewhere, and must not make us read elsewhere.
 */
final class FileBinaryCache implements BinaryCache {
    private static final int NARINFO_LIMIT = 1 << 20;
    private static final int CACHE_INFO_LIMIT = 64 * 1024;

    private final CacheLocation location;
    private final Path directory;
    private final CacheInfoOnce info;
    private final Decompressors decompressors;

    FileBinaryCache(CacheLocation location, CacheOptions options) {
        this.location = location;
        this.decompressors = options.decompressors();
        this.directory = Path.of(location.base().getPath()).normalize();
        this.info =
                new CacheInfoOnce(
                        location,
                        options.storeDir(),
                        () -> read("nix-cache-info", CACHE_INFO_LIMIT));
    }

    @Override
    public String name() {
        return location.name();
    }

    @Override
    public OptionalInt urlPriority() {
        return location.priority();
    }

    @Override
    public boolean trusted() {
        return location.trusted();
    }

    @Override
    public CacheInfo info() throws CacheException, InterruptedException {
        return info.get();
    }

    @Override
    public Decompressors decompressors() {
        return decompressors;
    }

    @Override
    public NarInfoLookup lookup(StorePath path) throws InterruptedException {
        String file = path.hashPart() + ".narinfo";
        byte[] text;
        try {
            text = read(file, NARINFO_LIMIT);
        } catch (CacheException e) {
            return e.kind() == CacheException.Kind.ABSENT
                    ? new NarInfoLookup.Absent()
                    : new NarInfoLookup.Failed(e);
        }
        return NarInfoText.judge(text, path, name(), file);
    }

    private byte[] read(String file, int limit) throws CacheException {
        try (InputStream in = openRegular(directory.resolve(file))) {
            byte[] content = in.readNBytes(limit + 1);
            if (content.length > limit) {
                throw failure(
                        CacheException.Kind.CORRUPT,
                        file,
                        "it is longer than %d bytes".formatted(limit));
            }
            return content;
        } catch (IOException e) {
            throw asCacheException(file, e);
        }
    }

    /** Not from a pipe or device, which could block for ever. */
    private static InputStream openRegular(Path path) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new IOException("it is not a regular file");
        }
        return Files.newInputStream(path);
    }

    @Override
    public NarDownload open(NarInfo narInfo) {
        String shown = NarUrl.shown(narInfo.url());
        return new FileNarDownload(
                () -> openRegular(resolve(narInfo.url())), cause -> asCacheException(shown, cause));
    }

    private Path resolve(String url) throws CacheException {
        String shown = NarUrl.shown(url);
        Path resolved;
        try {
            resolved = directory.resolve(url).normalize();
        } catch (InvalidPathException e) {
            throw failure(CacheException.Kind.CORRUPT, shown, "the NAR's URL is no file name");
        }
        if (url.contains("://") || url.startsWith("/") || !resolved.startsWith(directory)) {
            throw failure(
                    CacheException.Kind.CORRUPT, shown, "the NAR's URL leads out of the cache");
        }
        return resolved;
    }

    private CacheException asCacheException(String file, IOException cause) {
        return switch (cause) {
            case CacheException own -> own;
            case NoSuchFileException e ->
                    failure(CacheException.Kind.ABSENT, file, "there is no such file");
            case NotDirectoryException e ->
                    failure(CacheException.Kind.ABSENT, file, "there is no such file");
            default ->
                    new CacheException(
                            CacheException.Kind.UNREACHABLE,
                            message(file, "cannot be read: " + cause.getMessage()),
                            cause);
        };
    }

    private CacheException failure(CacheException.Kind kind, String file, String problem) {
        return new CacheException(kind, message(file, problem));
    }

    private String message(String file, String problem) {
        return "cache %s, %s: %s".formatted(name(), file, problem);
    }

    @Override
    public void close() {}
}
