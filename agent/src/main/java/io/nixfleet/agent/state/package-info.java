/**
 * What the agent remembers over a restart, in one SQLite database. The only user of JDBC.
 *
 * <pre>
 * StateStore.open ─→ StateFile: directory 0700, file 0600
 *                 ─→ StateLock: no second agent, as long as this one lives
 *                 ─→ Schema: ours? ─ newer, foreign, corrupt ─→ moved aside, said so, a fresh one
 *                        └─ migrations ─→ StateStore ─→ Database (one connection, one lock)
 *                                                          └→ Session ─→ a table each:
 *                    WaitingTable  DeploymentTable  HistoryTable  RefusalTable  OutboxTable  NoteTable
 * </pre>
 *
 * <p>Every change is one transaction in WAL mode with full sync: when the call returns, it outlasts
 * a power cut.
 */
@NullMarked
package io.nixfleet.agent.state;

import org.jspecify.annotations.NullMarked;
