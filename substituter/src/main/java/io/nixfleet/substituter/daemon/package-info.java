/**
 * Stores behind a Nix daemon, reached over its socket or as a child process that serves a store of
 * our choice. The daemon verifies hashes and signatures, registers, locks, and protects from
 * garbage collection; we stream NARs to it and hold its temporary roots.
 *
 * <pre>
 * --store text ─ StoreSelection ─→ DaemonTarget ─→ DaemonStore ─ openSession ─→ session
 *
 * session: one control connection   temporary roots, validity, queries, permanent roots
 *          a few import lanes       one NAR at a time each: frames out, log and reply in
 *          one watchdog             ends what makes no progress or was interrupted
 *
 * connection = transport (socket | child process) + wire codec ({@code daemon.wire}, pure)
 * </pre>
 */
@NullMarked
package io.nixfleet.substituter.daemon;

import org.jspecify.annotations.NullMarked;
