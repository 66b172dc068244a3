package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.daemon.DaemonStore;
import io.nixfleet.substituter.daemon.StoreSelection;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.unpack.UnpackStore;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PendingSessionTest {
    @TempDir Path work;

    @Test
    void givesTheSessionToWhoWaits() throws Exception {
        var store = new UnpackStore(work.resolve("store"), StoreDir.NIX_STORE);

        try (var pending = PendingSession.open(store)) {
            assertThat(pending.await().protectAndQueryValid(Set.of())).isEmpty();
        }
    }

    @Test
    void tellsWhyTheStoreCannotBeOpened() {
        Store store = daemonAt(work.resolve("nobody"));

        try (var pending = PendingSession.open(store)) {
            assertThatThrownBy(pending::await)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("nobody");
        }
    }

    @Test
    void endsASessionThatIsStillBeingOpened() throws Exception {
        Path socket = work.resolve("silent");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var pending = PendingSession.open(daemonAt(socket));
            try (var connection = server.accept()) {
                pending.close();

                var bytes = ByteBuffer.allocate(1024);
                while (connection.read(bytes) >= 0) {
                    bytes.clear();
                }
            }
        }
    }

    private static Store daemonAt(Path socket) {
        return DaemonStore.at(StoreSelection.ofSystem().parse("unix://" + socket)).build();
    }
}
