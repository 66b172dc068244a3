package io.nixfleet.testing.cache;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy on a loopback port: forwards requests with an absolute URL, tunnels on CONNECT. It
 * takes every host for this machine, so that names may be made up.
 */
public final class ForwardProxy implements AutoCloseable {
    private static final String REFUSAL =
            String.join(
                    "\r\n",
                    "HTTP/1.1 407 Proxy Authentication Required",
                    "Content-Length: 0",
                    "Proxy-Authenticate: Basic realm=x",
                    "",
                    "");

    private final ServerSocket listener;
    private final String wanted;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private ForwardProxy(ServerSocket listener, String wanted) {
        this.listener = listener;
        this.wanted = wanted;
    }

    /** One for everybody. */
    public static ForwardProxy start() {
        return start("");
    }

    /**
     * One that lets in who is authorized.
     *
     * @param wanted the value of Proxy-Authorization that it asks for, empty for none
     */
    public static ForwardProxy start(String wanted) {
        try {
            var proxy =
                    new ForwardProxy(
                            new ServerSocket(0, 100, InetAddress.getLoopbackAddress()), wanted);
            Thread.ofVirtual().name("forward-proxy").start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The request lines so far, in order. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().name("forward-proxy-connection").start(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            while (!head.isEmpty()) {
                String line = head.substring(0, head.indexOf("\r\n"));
                requests.add(line);
                if (!admits(head)) {
                    write(client.getOutputStream(), REFUSAL);
                } else if (line.startsWith("CONNECT ")) {
                    tunnel(client, line.split(" ", -1)[1]);
                    return;
                } else {
                    forward(client, head);
                    return;
                }
                head = head(client.getInputStream());
            }
        } catch (IOException e) {
            // One of the two ends went away.
        } finally {
            sockets.remove(client);
        }
    }

    private boolean admits(String head) {
        return wanted.isEmpty()
                || head.lines()
                        .anyMatch(
                                line ->
                                        line.toLowerCase(Locale.ROOT)
                                                        .startsWith("proxy-authorization:")
                                                && line.endsWith(" " + wanted));
    }

    private void tunnel(Socket client, String authority) throws IOException {
        try (var target = connect(Integer.parseInt(authority.replaceAll(".*:", "")))) {
            write(client.getOutputStream(), "HTTP/1.1 200 Connection established\r\n\r\n");
            join(client, target);
        }
    }

    /** All of one connection goes to the host of its first request. */
    private void forward(Socket client, String head) throws IOException {
        String url = head.split(" ", -1)[1];
        int port = URI.create(url).getPort();
        try (var target = connect(port)) {
            var answers = copying(target.getInputStream(), client.getOutputStream(), client);
            String next = head;
            while (!next.isEmpty()) {
                String path = next.replaceFirst("^(\\S+) http://[^/]+(\\S*) ", "$1 $2 ");
                String kept = path.replaceAll("(?i)\r\nproxy-authorization: [^\r]*", "");
                write(target.getOutputStream(), kept);
                next = head(client.getInputStream());
                if (!next.isEmpty()) {
                    requests.add(next.substring(0, next.indexOf("\r\n")));
                }
            }
            answers.interrupt();
        }
    }

    private Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        return socket;
    }

    private static void join(Socket client, Socket target) throws IOException {
        var answers = copying(target.getInputStream(), client.getOutputStream(), client);
        client.getInputStream().transferTo(target.getOutputStream());
        target.shutdownOutput();
        answers.interrupt();
    }

    private static Thread copying(InputStream from, OutputStream to, Socket toEnd) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                from.transferTo(to);
                                toEnd.shutdownOutput();
                            } catch (IOException e) {
                                // One of the two ends went away.
                            }
                        });
    }

    /** Up to and with the empty line; empty at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return head.toString();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() {
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
