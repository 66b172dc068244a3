package io.nixfleet.cli.direct;

import io.nixfleet.cli.agents.PushClient;
import io.nixfleet.nix.store.StorePath;

/**
 * A host, and what it is to run.
 *
 * @param host its name, which is its agent's machine id
 */
public record Target(String host, StorePath system, PushClient agent) {}
