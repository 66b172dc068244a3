import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A tar.gz that depends on names, contents, links and on who may run what, and on nothing else of
 * the files that go in: sorted, root's, of one time; no time or name in gzip's header.
 */
final class Tarball {
    private static final int FOLDER_OR_PROGRAM = 0755;
    private static final int OTHER_FILE = 0644;
    private static final int LINK = 0777;
    private static final int BUFFER = 1 << 16;

    private final String top;
    private final FileTime time;
    private final SortedMap<String, Path> files = new TreeMap<>();

    /** All goes below one folder. */
    Tarball(String top, Instant time) {
        this.top = top;
        this.time = FileTime.from(time);
    }

    /** A folder and what is in it, as far as wanted; the paths asked for are relative to it. */
    void add(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(f -> wanted.test(folder.relativize(f))).toList()) {
                Path name = Path.of(top).resolve(folder.relativize(file).toString());
                files.put(name + (isFolder(file) ? "/" : ""), file);
            }
        }
    }

    /** A file, and the folders above it as far as they are not there. */
    void add(Path name, Path file) {
        Path whole = Path.of(top).resolve(name);
        files.put(whole.toString(), file);
        Path someFolder = file.toAbsolutePath().getParent();
        for (Path above = whole.getParent(); above != null; above = above.getParent()) {
            files.putIfAbsent(above + "/", someFolder);
        }
    }

    void write(Path archive) throws IOException {
        try (OutputStream file = Files.newOutputStream(archive);
                var gzip = new GZIPOutputStream(file, BUFFER);
                var tar = new TarArchiveOutputStream(gzip, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (String name : files.keySet()) {
                write(name, files.get(name), tar);
            }
        }
    }

    private void write(String name, Path file, TarArchiveOutputStream tar) throws IOException {
        TarArchiveEntry entry;
        if (Files.isSymbolicLink(file)) {
            entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(Files.readSymbolicLink(file).toString());
            entry.setMode(LINK);
        } else {
            entry = new TarArchiveEntry(name);
            boolean open = isFolder(file) || Files.isExecutable(file);
            entry.setMode(open ? FOLDER_OR_PROGRAM : OTHER_FILE);
            entry.setSize(isFolder(file) ? 0 : Files.size(file));
        }
        entry.setIds(0, 0);
        entry.setNames("root", "root");
        entry.setLastModifiedTime(time);
        tar.putArchiveEntry(entry);
        if (!Files.isSymbolicLink(file) && !isFolder(file)) {
            Files.copy(file, tar);
        }
        tar.closeArchiveEntry();
    }

    private static boolean isFolder(Path file) {
        return Files.isDirectory(file) && !Files.isSymbolicLink(file);
    }
}
