package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A control plane over real sockets: right by the contract, and wrong on demand. */
public final class ScriptedControlPlane implements AutoCloseable {
    private static final int IDLE_MILLIS = 60_000;
    private static final int PARTING_MILLIS = 2_000;
    private static final int REQUESTS_KEPT = 10_000;

    /** A whole fleet may connect at once; Java's own 50 would make the rest wait for a second. */
    private static final int BACKLOG = 4096;

    private final InetSocketAddress address;
    private final Fleet fleet;
    private final Answers answers;
    private final Set<Socket> open = new HashSet<>();
    private final Recent<HttpRequest> requests = new Recent<>(REQUESTS_KEPT);
    private final FaultScript faults = new FaultScript();
    private final JudgeLoop judge;
    private @Nullable ServerTls tls;
    private @Nullable ServerSocket listener;
    private Journal journal = Journal.NONE;
    private int connections;
    private boolean closed;

    private ScriptedControlPlane(InetSocketAddress address, Fleet fleet, @Nullable ServerTls tls)
            throws IOException {
        this.fleet = fleet;
        this.answers = new Answers(fleet);
        this.tls = tls;
        ServerSocket first = new ServerSocket();
        first.bind(address, BACKLOG);
        this.address = new InetSocketAddress(address.getAddress(), first.getLocalPort());
        listen(first);
        this.judge = JudgeLoop.start(fleet);
    }

    /** Starts one on this machine that speaks plain HTTP. */
    public static ScriptedControlPlane plain() throws IOException {
        return plain(new Fleet(InstantSource.system()));
    }

    /** As {@link #plain()}, with what a fleet of one's own (and its clock) says. */
    public static ScriptedControlPlane plain(Fleet fleet) throws IOException {
        return new ScriptedControlPlane(loopback(), fleet, null);
    }

    /** Starts one on this machine that wants to see the certificates of clients. */
    public static ScriptedControlPlane secure(ServerTls tls) throws IOException {
        return new ScriptedControlPlane(loopback(), new Fleet(InstantSource.system()), tls);
    }

    /** As {@link #secure(ServerTls)}, for other hosts: at that address. */
    public static ScriptedControlPlane secureAt(InetAddress address, ServerTls tls)
            throws IOException {
        return at(new InetSocketAddress(address, 0), tls);
    }

    static ScriptedControlPlane at(InetSocketAddress address, @Nullable ServerTls tls)
            throws IOException {
        return new ScriptedControlPlane(address, new Fleet(InstantSource.system()), tls);
    }

    /** Runs one as a process of its own: see {@link StandaloneProcess}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        StandaloneProcess.run(args);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public Fleet fleet() {
        return fleet;
    }

    public int port() {
        return address.getPort();
    }

    /** Writes down what comes in from now on. */
    synchronized void keep(Journal newJournal) {
        journal = newJournal;
    }

    /** By the name {@code localhost}. */
    public synchronized URI url() {
        return URI.create((tls == null ? "http" : "https") + "://localhost:" + port());
    }

    /** The requests so far, the last 10,000 of them. */
    public synchronized List<HttpRequest> requests() {
        return requests.all();
    }

    /** How many requests came in all. */
    public synchronized long requestCount() {
        return requests.count();
    }

    /** From now on operators must show this key. */
    public void demandKey(String key) {
        answers.demandKey(key);
    }

    /** Judges rollouts this often, instead of every 2 seconds. */
    public void judgeEvery(Duration period) {
        judge.every(period);
    }

    /** Does to clients and in memory what a new start of a control plane does. */
    public synchronized void restart() throws IOException {
        fleet.restart();
        if (tls != null) {
            tls = tls.anew();
        }
        closeConnections();
    }

    /** How many connections clients have made. */
    public synchronized int connections() {
        return connections;
    }

    /** Goes wrong in every call from now on. */
    public void fault(Fault fault) {
        fault(fault, Calls.ALL);
    }

    /** Goes wrong in every such call from now on. */
    public void fault(Fault fault, Calls calls) {
        fault(new FaultPlan(fault, calls, Integer.MAX_VALUE));
    }

    /** Goes wrong in the next calls, then right again. */
    public void fault(Fault fault, int times) {
        fault(new FaultPlan(fault, Calls.ALL, times));
    }

    synchronized void fault(FaultPlan newPlan) {
        faults.set(newPlan);
        try {
            if (newPlan.fault() instanceof Fault.Refuse) {
                stopListening();
                closeConnections();
            } else if (listener == null) {
                ServerSocket again = new ServerSocket();
                again.setReuseAddress(true);
                again.bind(address, BACKLOG);
                listen(again);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Shows another certificate, and trusts another authority, on new connections. */
    public synchronized void use(ServerTls newTls) {
        tls = newTls;
    }

    private synchronized void listen(ServerSocket socket) {
        listener = socket;
        Thread.ofVirtual().name("scripted-control-plane").start(() -> acceptAll(socket));
    }

    private void acceptAll(ServerSocket socket) {
        while (true) {
            try {
                Socket client = socket.accept();
                if (!admit(client)) {
                    client.close();
                    return;
                }
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return;
            }
        }
    }

    private synchronized boolean admit(Socket client) {
        if (closed || listener == null) {
            return false;
        }
        connections++;
        journal.connected();
        open.add(client);
        return true;
    }

    private void serve(Socket client) {
        try (client) {
            client.setSoTimeout(IDLE_MILLIS);
            ServerTls now = currentTls();
            if (now == null) {
                converse(new Wire(client), Optional.empty());
            } else {
                converse(client, now);
            }
        } catch (IOException | InterruptedException _) {
            // The client is gone, or was shown the door.
        } finally {
            synchronized (this) {
                open.remove(client);
                journal.closed();
            }
        }
    }

    private void converse(Socket client, ServerTls now) throws IOException, InterruptedException {
        SSLSocket secure;
        try {
            secure = now.accept(client);
        } catch (SSLException e) {
            // Closed with bytes unread, the connection would be reset and our alert lost.
            client.setSoTimeout(PARTING_MILLIS);
            client.shutdownOutput();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
            throw e;
        }
        try (secure) {
            converse(new Wire(secure), Optional.of(ServerTls.clientName(secure)));
        }
    }

    private synchronized @Nullable ServerTls currentTls() {
        return tls;
    }

    private void converse(Wire wire, Optional<String> clientName)
            throws IOException, InterruptedException {
        for (var request = wire.read(); request.isPresent(); request = wire.read()) {
            if (!answer(wire, request.get(), clientName)) {
                return;
            }
        }
    }

    /** Answers, and says whether the connection may serve on. */
    private boolean answer(Wire wire, HttpRequest request, Optional<String> clientName)
            throws IOException, InterruptedException {
        switch (next(request)) {
            case Fault.None() -> wire.write(answers.answer(request, clientName));
            case Fault.Slow(Duration delay) -> {
                faults.awaitOther(delay);
                wire.write(answers.answer(request, clientName));
            }
            case Fault.Status(int status) ->
                    wire.write(HttpAnswer.text(status, "scripted to fail\n"));
            case Fault.Garbage(String body) -> wire.write(HttpAnswer.json(body));
            case Fault.Raw(String bytes) -> {
                wire.writeRaw(bytes);
                return false;
            }
            case Fault.Cut() -> {
                wire.writeHalf(HttpAnswer.json("{\"hash\": \"/nix/store/…\"}"));
                return false;
            }
            case Fault.Close(), Fault.Refuse() -> {
                return false;
            }
            case Fault.Stall() -> {
                faults.awaitOther(Duration.ofDays(1));
                return false;
            }
        }
        return true;
    }

    private Fault next(HttpRequest request) {
        MachineCall.of(request)
                .filter(MachineCall::poll)
                .ifPresent(poll -> fleet.polled(poll.machine()));
        synchronized (this) {
            requests.add(request);
            journal.asked(request);
            notifyAll();
        }
        return faults.next(request);
    }

    /** Waits until so many requests have come in all. */
    public synchronized void awaitRequests(int count, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (requests.count() < count) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError(
                        "%d requests came in %s, not %d".formatted(requests.count(), limit, count));
            }
            wait(left);
        }
    }

    private synchronized void stopListening() throws IOException {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }

    /** Ends all connections of now; clients may make new ones. */
    public synchronized void closeConnections() throws IOException {
        for (Socket socket : List.copyOf(open)) {
            socket.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        judge.close();
        faults.end();
        stopListening();
        closeConnections();
    }
}
