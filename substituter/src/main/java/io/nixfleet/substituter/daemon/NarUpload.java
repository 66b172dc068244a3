package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.substituter.daemon.wire.ProtocolVersion;
import io.nixfleet.substituter.daemon.wire.WireWriter;
import io.nixfleet.substituter.daemon.wire.WorkerOperation;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One import: AddToStoreNar with the NAR in frames.
 *
 * <p>A daemon that fails takes all frames before it says so; one that has much to say blocks until
 * someone listens. So replies are read on a thread of their own while a NAR is written that is
 * larger than what fits into the buffers in between. An import is given up by ending the frames
 * early: then the archive is cut short, the daemon refuses it, and the line stays usable.
 */
final class NarUpload {
    /** What a pipe or socket holds without a reader, the request included, by a good margin. */
    private static final int FITS_BUFFERS = 32 * 1024;

    /** What closes an archive: without it a daemon has not yet read the whole. */
    private static final int LAST_BYTES = 16;

    private final DaemonLine line;
    private final ProtocolVersion version;
    private final DaemonLimits limits;
    private final PathInfo info;
    private final SignatureCheck check;
    private final NarSource source;
    private final RegistrationTurns turns;
    private @Nullable CompletableFuture<Reply> concurrentReply;
    private long sent;

    /** How the daemon answered: with success, or one of the two failures. */
    private record Reply(@Nullable DaemonErrorException refusal, @Nullable IOException failure) {}

    NarUpload(
            DaemonLine line,
            ProtocolVersion version,
            DaemonLimits limits,
            PathInfo info,
            SignatureCheck check,
            NarSource source,
            RegistrationTurns turns) {
        this.line = line;
        this.version = version;
        this.limits = limits;
        this.info = info;
        this.check = check;
        this.source = source;
        this.turns = turns;
    }

    /** Runs within an operation of the line. */
    ImportResult run() throws IOException, DaemonErrorException, InterruptedException {
        if (info.narSize() > FITS_BUFFERS) {
            var reply = new CompletableFuture<Reply>();
            concurrentReply = reply;
            Thread.ofVirtual().name("nar-import-reply").start(() -> reply.complete(readReply()));
        }
        RegistrationTurns.Turn turn;
        try {
            begin();
            turn = turn();
        } catch (IOException | RuntimeException e) {
            return sendingFailed(e);
        }
        try (turn) {
            try {
                finish();
            } catch (IOException | RuntimeException e) {
                return sendingFailed(e);
            }
            awaitReply();
        }
        return new ImportResult.Imported();
    }

    /** By the caller's stream, or by the daemon; anything else is thrown on. */
    private ImportResult sendingFailed(Exception e)
            throws IOException, DaemonErrorException, InterruptedException {
        if (source.failure() != null) {
            windUp();
            return new ImportResult.StreamFailed(source.failure());
        }
        switch (e) {
            case IOException broken -> throw explained(broken);
            case RuntimeException fault -> throw fault;
            default -> throw new IllegalStateException(e);
        }
    }

    private RegistrationTurns.Turn turn() throws IOException, InterruptedException {
        Optional<RegistrationTurns.Turn> turn = turns.takeIfFree();
        if (turn.isPresent()) {
            return turn.get();
        }
        line.out().flush();
        line.watch().pause();
        try {
            return turns.take();
        } finally {
            line.watch().resume();
        }
    }

    /** The request, and the archive but for its last bytes. */
    private void begin() throws IOException {
        WireWriter out = line.out();
        out.operation(WorkerOperation.ADD_TO_STORE_NAR)
                .path(info.path())
                .unkeyedPathInfo(info)
                .bool(false) // repair
                .bool(check == SignatureCheck.NONE);
        long most = Math.max(0, info.narSize() - LAST_BYTES);
        while (sent < most) {
            sent += out.frame(source, most - sent);
        }
    }

    private void finish() throws IOException {
        while (sent < info.narSize()) {
            sent += line.out().frame(source, info.narSize() - sent);
        }
        line.out().endOfFrames().flush();
    }

    private Reply readReply() {
        try {
            line.awaitReply(version);
            return new Reply(null, null);
        } catch (DaemonErrorException e) {
            return new Reply(e, null);
        } catch (IOException e) {
            return new Reply(null, e);
        }
    }

    private void awaitReply() throws IOException, DaemonErrorException, InterruptedException {
        Reply reply;
        if (concurrentReply == null) {
            reply = readReply();
        } else {
            try {
                reply = concurrentReply.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        if (reply.refusal() != null) {
            throw reply.refusal();
        }
        if (reply.failure() != null) {
            throw reply.failure();
        }
    }

    /**
     * Writing failed, so the daemon is gone; it may have said why before it went. Whatever it said,
     * the line is of no use any more.
     */
    private IOException explained(IOException broken)
            throws DaemonErrorException, InterruptedException {
        line.watch().begin(limits.winding());
        try {
            awaitReply();
            return broken;
        } catch (DaemonErrorException e) {
            line.abandon();
            throw e;
        } catch (IOException e) {
            broken.addSuppressed(e);
            return broken;
        }
    }

    /** Makes the daemon drop what it has; when that fails or takes long, drops the line. */
    private void windUp() {
        if (Thread.currentThread().isInterrupted()) {
            line.abandon();
            return;
        }
        line.watch().begin(limits.winding());
        try {
            line.out().endOfFrames().flush();
            awaitReply();
        } catch (DaemonErrorException _) {
            // The archive was cut short: just what was to happen.
        } catch (IOException _) {
            line.abandon();
        } catch (InterruptedException _) {
            line.abandon();
            Thread.currentThread().interrupt();
        }
    }
}
