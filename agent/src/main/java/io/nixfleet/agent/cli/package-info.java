/**
 * The command line: options, progress, summaries, JSON, exit codes.
 *
 * <pre>
 * fetch, plan, try                 ─→ the substituter, in this process
 * status, history, deploy, retry   ─→ AgentClient ─→ the agent that runs
 * doctor                           ─→ SubjectReader ─→ the checks, in this process
 * </pre>
 */
@NullMarked
package io.nixfleet.agent.cli;

import org.jspecify.annotations.NullMarked;
