package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Which paths are valid: one pair of files for each. */
final class Registry {
    /** Hidden, so that it is not among what {@code cat registration/*} shows. */
    private static final String UNFINISHED = ".unfinished";

    private final UnpackLayout layout;

    Registry(UnpackLayout layout) {
        this.layout = layout;
    }

    /**
     * Finds a valid path. One whose records are damaged, or whose files are gone, is not valid: it
     * is fetched again and both are replaced.
     */
    Optional<PathInfo> find(StorePath path) throws IOException {
        try {
            PathInfo info =
                    Registration.read(
                            path,
                            Files.readString(layout.registrations().resolve(path.baseName())),
                            Files.readString(layout.details().resolve(path.baseName())));
            return Files.exists(layout.files(path), LinkOption.NOFOLLOW_LINKS)
                    ? Optional.of(info)
                    : Optional.empty();
        } catch (NoSuchFileException | CharacterCodingException | FormatException _) {
            return Optional.empty();
        }
    }

    /** Makes a path valid; its files are in place, and the caller holds the lock. */
    void add(PathInfo info) throws IOException {
        String name = info.path().baseName();
        write(layout.details(), name, Registration.details(info));
        write(layout.registrations(), name, Registration.loadDb(info));
    }

    private static void write(Path directory, String name, String text) throws IOException {
        Path unfinished = directory.resolve(UNFINISHED);
        Files.writeString(unfinished, text);
        Files.move(unfinished, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
