package io.nixfleet.substituter.daemon;

import io.nixfleet.substituter.daemon.wire.DaemonMessage;
import io.nixfleet.substituter.daemon.wire.ProtocolVersion;
import io.nixfleet.substituter.daemon.wire.WireFormatException;
import io.nixfleet.substituter.daemon.wire.WireReader;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import java.io.IOException;
import java.time.Duration;

/**
 * The wire to a daemon under watch: what goes over it has a limit in time, can be interrupted, and
 * fails with a message that says with whom, at what, and why.
 */
final class DaemonLine implements AutoCloseable {
    /** Far more than any honest operation of ours makes a daemon say. */
    private static final long MAX_MESSAGE_BYTES_PER_REPLY = 64L << 20;

    private final DaemonTransport transport;
    private final Watchdog watchdog;
    private final OperationWatch watch;
    private final WireReader in;
    private final WireWriter out;
    private final LogTail log = new LogTail();
    private volatile boolean usable = true;

    DaemonLine(DaemonTransport transport, Watchdog watchdog) {
        this.transport = transport;
        this.watchdog = watchdog;
        var watching = new OperationWatch(transport::abort);
        this.watch = watching;
        this.in =
                new WireReader(
                        (target, offset, length) -> {
                            int read = transport.read(target, offset, length);
                            watching.progressed();
                            return read;
                        });
        this.out =
                new WireWriter(
                        (bytes, offset, length) -> {
                            transport.write(bytes, offset, length);
                            watching.progressed();
                        });
        watchdog.add(watch);
    }

    /**
     * What an operation is for.
     *
     * @param what the operation for messages, as in "could not …"
     * @param limit the time that it may go without progress
     * @param whenSlow what may be the reason if it does; may be empty
     */
    record Purpose(String what, Duration limit, String whenSlow) {
        Purpose(String what, Duration limit) {
            this(what, limit, "");
        }
    }

    /** Work on the wire that belongs to one operation. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException, DaemonErrorException, InterruptedException;
    }

    /**
     * Runs an operation; afterwards, unless it succeeded or the daemon answered with an error, the
     * line is of no use any more.
     */
    <T> T operation(Purpose purpose, Work<T> work)
            throws DaemonErrorException, DaemonLostException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        enter(purpose);
        boolean ended = false;
        try {
            T result = work.run();
            ended = true;
            return result;
        } catch (DaemonErrorException e) {
            ended = true;
            throw e;
        } catch (IOException e) {
            throw broken(purpose, e);
        } finally {
            watch.end();
            if (!ended) {
                abandon();
            }
        }
    }

    private synchronized void enter(Purpose purpose) throws DaemonLostException {
        if (!usable) {
            throw new DaemonLostException(
                    "could not %s: the connection with %s is closed"
                            .formatted(purpose.what(), peer()),
                    null);
        }
        log.clear();
        watch.begin(purpose.limit());
    }

    private DaemonLostException broken(Purpose purpose, IOException failure)
            throws InterruptedException {
        var verdict = watch.verdict();
        if (Thread.interrupted() || verdict == OperationWatch.Verdict.INTERRUPTED) {
            throw new InterruptedException();
        }
        String reason;
        if (verdict == OperationWatch.Verdict.TIME_LIMIT) {
            reason =
                    "it made no progress for "
                            + DaemonLimits.describe(purpose.limit())
                            + purpose.whenSlow();
        } else if (verdict == OperationWatch.Verdict.CLOSED) {
            reason = "the session was closed meanwhile";
        } else {
            reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        }
        var message = new StringBuilder();
        message.append("could not %s with %s: %s".formatted(purpose.what(), peer(), reason));
        String lastWords = transport.lastWords();
        if (!lastWords.isEmpty()) {
            message.append("; ").append(lastWords);
        }
        String lastLog = log.text();
        if (!lastLog.isEmpty()) {
            message.append("\nits log ended with:\n").append(lastLog);
        }
        return new DaemonLostException(message.toString(), failure);
    }

    /**
     * Reads messages up to the one after which the reply follows.
     *
     * @throws DaemonErrorException when the daemon says that the operation failed
     */
    void awaitReply(ProtocolVersion version) throws IOException, DaemonErrorException {
        long start = in.consumed();
        while (true) {
            switch (DaemonMessage.read(in, version)) {
                case DaemonMessage.Done() -> {
                    return;
                }
                case DaemonMessage.Failed(var error) ->
                        throw new DaemonErrorException(error, log.text());
                case DaemonMessage.Log(String line) -> log.addLine(line);
                case DaemonMessage.ActivityStarted _ -> {}
                case DaemonMessage.ActivityStopped _ -> {}
                case DaemonMessage.ActivityResult _ -> {}
                case DaemonMessage.WantsData _ ->
                        throw new WireFormatException("it asks for data out of turn");
                case DaemonMessage.Data _ ->
                        throw new WireFormatException("it sends data out of turn");
            }
            if (in.consumed() - start > MAX_MESSAGE_BYTES_PER_REPLY) {
                throw new WireFormatException(
                        "it sent %d MiB of log and no reply"
                                .formatted(MAX_MESSAGE_BYTES_PER_REPLY >> 20));
            }
        }
    }

    WireReader in() {
        return in;
    }

    WireWriter out() {
        return out;
    }

    OperationWatch watch() {
        return watch;
    }

    String peer() {
        return transport.peer();
    }

    boolean usable() {
        return usable && watch.verdict() == null;
    }

    /** Gives the line up at once, also while an operation is under way. */
    void abandon() {
        synchronized (this) {
            usable = false;
        }
        watchdog.remove(watch);
        watch.close();
    }

    /** Ends the line: in order when it is idle, at once when something is under way. */
    @Override
    public void close() {
        boolean idle;
        synchronized (this) {
            idle = usable && !watch.busy();
            usable = false;
        }
        if (idle) {
            watchdog.remove(watch);
            transport.close();
        } else {
            abandon();
        }
    }
}
