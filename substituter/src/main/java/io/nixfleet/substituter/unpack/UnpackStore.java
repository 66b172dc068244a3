package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The store {@code unpack:/dir}: store paths as plain files below a directory, no Nix needed. Files
 * belong to whoever runs this, with the modes and times that Nix gives. Nothing is ever collected,
 * so every path is protected. Several runs may work on one directory at once.
 */
public final class UnpackStore implements Store {
    private final UnpackLayout layout;

    /**
     * A store below {@code root}; created when a session is opened.
     *
     * @param root the directory that stands for {@code /}
     * @param storeDir the directory that its paths name as their parent: {@code /nix/store} has its
     *     files in {@code root/nix/store}
     */
    public UnpackStore(Path root, StoreDir storeDir) {
        this.layout = new UnpackLayout(root.toAbsolutePath().normalize(), storeDir);
    }

    @Override
    public String name() {
        return "unpack:" + layout.root();
    }

    @Override
    public StoreDir storeDir() {
        return layout.storeDir();
    }

    @Override
    public StoreSession openSession() throws StoreException, InterruptedException {
        try {
            Files.createDirectories(layout.store());
            Files.createDirectories(layout.registrations());
            Files.createDirectories(layout.details());
            createIfAbsent(layout.lock());
            return new UnpackSession(name(), layout, Staging.open(layout));
        } catch (IOException e) {
            throw UnpackFailure.lostUnlessInterrupted(name(), "open it", e);
        }
    }

    private static void createIfAbsent(Path file) throws IOException {
        Files.newByteChannel(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE).close();
    }
}
