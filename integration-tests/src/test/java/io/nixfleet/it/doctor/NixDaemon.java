package io.nixfleet.it.doctor;

import io.nixfleet.it.host.Await;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon that listens at a socket, on a store of its own. */
record NixDaemon(ChrootStore store, Process process) implements AutoCloseable {
    private static final int STOP_SECONDS = 20;

    static NixDaemon start(NixInstallation nix) throws IOException {
        ChrootStore store = nix.newStore();
        // The store is made before there are several that would make it.
        store.collectGarbage();
        var builder =
                new ProcessBuilder(
                        nix.command("nix-daemon", "--store", store.directory().toString()));
        builder.environment().put("NIX_DAEMON_SOCKET_PATH", socket(store).toString());
        Process process =
                builder.redirectErrorStream(true)
                        .redirectOutput(store.directory().resolve("daemon.log").toFile())
                        .start();
        var daemon = new NixDaemon(store, process);
        Await.until("the Nix daemon listens", Await.LIMIT, daemon::listens);
        return daemon;
    }

    private boolean listens() {
        try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(socket(store)))) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static Path socket(ChrootStore store) {
        return store.directory().resolve("socket");
    }

    /** What {@code --store} takes. */
    String uri() {
        return "unix://" + socket(store);
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        workers.forEach(ProcessHandle::destroyForcibly);
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        store.close();
    }
}
