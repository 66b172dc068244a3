package io.nixfleet.testing.fault;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 server on a loopback port that passes requests on to another, and what comes back
 * through the faults of a script. Connections of clients are kept as the client wants; each request
 * takes a connection of its own to the other server.
 */
public final class FaultProxy implements AutoCloseable {
    /** What passed, in the order in which answers ended. */
    public record Passed(String path, Fault fault, long bytes) {}

    private static final int PIECE = 16 * 1024;
    private static final int HEAD_LIMIT = 64 * 1024;

    private final ServerSocket listener;
    private final URI target;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Passed> passed = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile FaultScript script = FaultScript.NONE;
    private volatile String statusBefore = "HTTP/1.1 200 OK";

    private FaultProxy(ServerSocket listener, URI target) {
        this.listener = listener;
        this.target = target;
    }

    /** A proxy in front of an {@code http://} server, without faults as yet. */
    public static FaultProxy before(URI target) {
        try {
            var proxy =
                    new FaultProxy(
                            new ServerSocket(0, 200, InetAddress.getLoopbackAddress()), target);
            Thread.ofVirtual().name("fault-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Follows this script from the next answer on; counts begin anew. */
    public FaultProxy follow(FaultScript next) {
        counts.clear();
        script = next;
        return this;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    public List<Passed> passed() {
        return List.copyOf(passed);
    }

    /** The bytes of all answers that clients were sent. */
    public long bytesPassed() {
        return passed.stream().mapToLong(Passed::bytes).sum();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                Thread.ofVirtual().name("fault-proxy-client").start(() -> serve(client));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            var in = new BufferedInputStream(client.getInputStream());
            boolean open = true;
            while (open) {
                open = pass(head(in), client);
            }
        } catch (IOException | InterruptedException e) {
            // The client went away, or a fault ended the connection.
        } finally {
            sockets.remove(client);
        }
    }

    /** Passes a request and its answer; returns whether the connection stays. */
    private boolean pass(List<String> request, Socket client)
            throws IOException, InterruptedException {
        String path = request.getFirst().split(" ", -1)[1];
        try (var server = new Socket(target.getHost(), target.getPort())) {
            sockets.add(server);
            server.getOutputStream().write(bytes(request));
            var in = new BufferedInputStream(server.getInputStream());
            List<String> head = head(in);
            long body = header(head, "Content-Length").map(Long::parseLong).orElse(0L);
            int count = counts.computeIfAbsent(path, _ -> new AtomicInteger()).getAndIncrement();
            Fault fault = script.faultFor(path, count, bytes(head).length + body);
            String before = statusBefore;
            statusBefore = head.getFirst();
            var wire = new FaultyWire(client, fault, closed);
            try {
                return answer(fault, before, head, in, wire);
            } finally {
                passed.add(new Passed(path, fault, wire.position()));
                sockets.remove(server);
            }
        }
    }

    private static boolean answer(
            Fault fault, String before, List<String> head, InputStream in, FaultyWire wire)
            throws IOException, InterruptedException {
        switch (fault) {
            case Fault.NoAnswer _ -> {
                return false;
            }
            case Fault.Status(int status, String header) -> {
                String more = header.isEmpty() ? "" : header + "\r\n";
                byte[] text =
                        "HTTP/1.1 %d Fault\r\nContent-Length: 0\r\n%s\r\n"
                                .formatted(status, more)
                                .getBytes(StandardCharsets.ISO_8859_1);
                wire.write(text, text.length);
                return true;
            }
            case Fault.StatusOfTheOneBefore _ -> head.set(0, before);
            case Fault.None _,
                    Fault.Cut _,
                    Fault.Reset _,
                    Fault.Stall _,
                    Fault.Delay _,
                    Fault.Drip _,
                    Fault.Corrupt _,
                    Fault.CloseKeptConnection _ -> {}
        }
        byte[] text = bytes(head);
        wire.write(text, text.length);
        boolean framed = body(head, in, wire);
        return framed && !(fault instanceof Fault.CloseKeptConnection);
    }

    /** Passes the body; returns whether its end could be told from that of the connection. */
    private static boolean body(List<String> head, InputStream in, FaultyWire wire)
            throws IOException, InterruptedException {
        if (header(head, "Transfer-Encoding").isPresent()) {
            chunks(in, wire);
            return true;
        }
        var length = header(head, "Content-Length");
        copy(in, length.map(Long::parseLong).orElse(Long.MAX_VALUE), wire);
        return length.isPresent();
    }

    private static void chunks(InputStream in, FaultyWire wire)
            throws IOException, InterruptedException {
        long size;
        do {
            String line = line(in) + "\r\n";
            byte[] text = line.getBytes(StandardCharsets.ISO_8859_1);
            wire.write(text, text.length);
            size = Long.parseLong(line.strip(), 16);
            copy(in, size + 2, wire);
        } while (size > 0);
    }

    private static void copy(InputStream in, long length, FaultyWire wire)
            throws IOException, InterruptedException {
        var piece = new byte[PIECE];
        long left = length;
        while (left > 0) {
            int count = in.read(piece, 0, (int) Math.min(piece.length, left));
            if (count < 0) {
                return;
            }
            wire.write(piece, count);
            left -= count;
        }
    }

    private static Optional<String> header(List<String> head, String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .findFirst();
    }

    private static List<String> head(InputStream in) throws IOException {
        var lines = new ArrayList<String>();
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            lines.add(line);
            length += line.length();
            if (length > HEAD_LIMIT) {
                throw new IOException("a head without end");
            }
        }
        if (lines.isEmpty()) {
            throw new IOException("no head");
        }
        return lines;
    }

    private static byte[] bytes(List<String> head) {
        return (String.join("\r\n", head) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Ends all connections. */
    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
