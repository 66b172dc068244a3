package io.nixfleet.testing.cache;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The server's end of a connection, for an {@link Answer} to write on or to break. */
public final class Wire {
    private static final int PIECE = 16 * 1024;

    private final Socket socket;
    private final OutputStream out;
    private final AtomicLong written;
    private final CountDownLatch serverClosed;
    private boolean keepAlive = true;

    Wire(Socket socket, AtomicLong written, CountDownLatch serverClosed) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.written = written;
        this.serverClosed = serverClosed;
    }

    /** Writes a status line and headers, given as {@code Name: value}. */
    public void head(int status, String... headers) throws IOException {
        var head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        text(head.append("\r\n").toString());
    }

    public void text(String text) throws IOException {
        bytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public void bytes(byte[] bytes) throws IOException {
        bytes(bytes, 0, bytes.length);
    }

    public void bytes(byte[] bytes, int offset, int length) throws IOException {
        for (int done = 0; done < length; done += PIECE) {
            int piece = Math.min(PIECE, length - done);
            out.write(bytes, offset + done, piece);
            written.addAndGet(piece);
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Ends the connection after this answer, in order. */
    public void close() {
        keepAlive = false;
    }

    /** Ends the connection at once, by a reset. */
    public void reset() throws IOException {
        keepAlive = false;
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Says nothing more until the server is closed. */
    public void stall() throws InterruptedException {
        keepAlive = false;
        serverClosed.await();
    }

    /** Waits between bytes of a drip; true when the server was closed meanwhile. */
    public boolean pause(long millis) throws InterruptedException {
        return serverClosed.await(millis, TimeUnit.MILLISECONDS);
    }

    boolean keepsAlive() {
        return keepAlive;
    }
}
