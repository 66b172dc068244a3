package io.nixfleet.substituter.daemon;

import java.io.IOException;

/**
 * A stream of bytes to a daemon and one back. One thread may read while another writes; {@link
 * #abort()} may be called from any thread and ends both.
 */
interface DaemonTransport extends AutoCloseable {
    /** Connects; the first thing to call. */
    void connect() throws IOException;

    /** As {@link java.io.InputStream#read(byte[], int, int)}. */
    int read(byte[] target, int offset, int length) throws IOException;

    /** Writes all of it. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** The other end for people. */
    String peer();

    /**
     * What is known of why the other end is gone, beside the protocol: exit code, standard error;
     * empty where there is nothing to tell. May wait a moment for it.
     */
    String lastWords();

    /** Ends the connection at once, and what was started for it. Idempotent. */
    void abort();

    /** Ends an idle connection in an orderly way, by force if that takes long. Idempotent. */
    @Override
    void close();

    static DaemonTransport to(DaemonTarget target) throws IOException {
        return switch (target) {
            case DaemonTarget.Socket socket -> new SocketTransport(socket);
            case DaemonTarget.Stdio stdio -> new StdioTransport(stdio);
        };
    }
}
