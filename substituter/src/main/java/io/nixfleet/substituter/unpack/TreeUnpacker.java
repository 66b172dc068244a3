package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.nar.NarVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes files of a NAR's events, with the modes and times that Nix gives. Everything is created
 * anew below a directory that only this process can write, so that no link is ever followed: an
 * entry that is there already, as on a file system that folds case, is an error.
 *
 * <p>If the top node is a directory it keeps mode 0700, since a read-only directory cannot be
 * renamed into another by all users; {@link CanonicalMetadata#apply} finishes it.
 */
final class TreeUnpacker implements NarVisitor, AutoCloseable {
    private static final int MAX_PATH_BYTES = 4095;
    private static final Set<OpenOption> CREATE =
            Set.of(
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE_NEW,
                    LinkOption.NOFOLLOW_LINKS);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Deque<Path> directories = new ArrayDeque<>();
    private Path next;
    private boolean executable;
    private @Nullable SeekableByteChannel file;

    /**
     * Makes one.
     *
     * @param top where the top node goes; nothing is there yet
     */
    TreeUnpacker(Path top) {
        this.next = top;
    }

    @Override
    public void directoryBegin() throws IOException {
        Files.createDirectory(next, PRIVATE_DIRECTORY);
        directories.push(next);
    }

    @Override
    public void entry(byte[] name) throws IOException {
        Path directory = directories.element();
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
            next = directory.resolve(text);
        } catch (CharacterCodingException e) {
            throw new UnrepresentableException(
                    "the name %s in %s is not UTF-8".formatted(show(name), directory), e);
        } catch (InvalidPathException e) {
            throw new UnrepresentableException(
                    "the name %s in %s has no form in this locale; set LC_ALL=C.UTF-8"
                            .formatted(show(name), directory),
                    e);
        }
        if (next.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw new UnrepresentableException(
                    "it holds a path of more than %d bytes".formatted(MAX_PATH_BYTES));
        }
    }

    @Override
    public void directoryEnd() throws IOException {
        Path directory = directories.pop();
        if (!directories.isEmpty()) {
            CanonicalMetadata.apply(directory);
        }
    }

    @Override
    public void fileBegin(boolean isExecutable, long size) throws IOException {
        executable = isExecutable;
        file = Files.newByteChannel(next, CREATE, PRIVATE_FILE);
    }

    @Override
    public void fileContent(byte[] buffer, int offset, int length) throws IOException {
        SeekableByteChannel open = openFile();
        var content = ByteBuffer.wrap(buffer, offset, length);
        while (content.hasRemaining()) {
            open.write(content);
        }
    }

    @Override
    public void fileEnd() throws IOException {
        openFile().close();
        file = null;
        CanonicalMetadata.applyToFile(next, executable);
    }

    @Override
    public void symlink(byte[] target) throws IOException {
        ExactSymlink.create(next, target);
        CanonicalMetadata.apply(next);
    }

    private SeekableByteChannel openFile() {
        if (file == null) {
            throw new IllegalStateException("no file is open");
        }
        return file;
    }

    private static String show(byte[] name) {
        return FormatException.excerpt(new String(name, StandardCharsets.ISO_8859_1));
    }

    /** Closes the file that is open when unpacking ends early. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
