package io.nixfleet.cli.flake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The hosts of a flake's {@code nixosConfigurations}, evaluated. */
public final class FleetFlake {
    private static final Duration EVALUATION_LIMIT = Duration.ofMinutes(30);

    /** Of a system without nixpkgs, that of its derivation is all that there is. */
    private static final String FACTS =
            """
            host:
            let system = host.config.system.build.toplevel; in
            {
              derivation = system.drvPath;
              path = builtins.unsafeDiscardStringContext system.outPath;
              platform = host.pkgs.stdenv.hostPlatform.system or system.system;
              tags = host.config.services.nixfleet-agent.tags or [ ];
            }
            """;

    private final Nix nix;
    private final FlakeSource source;

    public FleetFlake(Nix nix, FlakeSource source) {
        this.nix = nix;
        this.source = source;
    }

    /**
     * A host, evaluated.
     *
     * @param derivation how it is built
     */
    record Evaluated(StorePath derivation, HostSystem system) {}

    /**
     * The names of its hosts, sorted.
     *
     * @throws NixException when it cannot be evaluated, or has no such attribute
     */
    public List<String> hosts() throws NixException, InterruptedException {
        JsonNode names =
                evaluate(
                        "hosts of flake " + source.reference(),
                        source.url() + "#nixosConfigurations",
                        "builtins.attrNames");
        var hosts = new ArrayList<String>();
        names.forEach(name -> hosts.add(name.asText()));
        return hosts;
    }

    Evaluated evaluate(String host) throws NixException, InterruptedException {
        String what = "evaluating host " + host;
        if (host.contains("\"") || host.contains("\\")) {
            throw new NixException(what, "no host has such a name", "");
        }
        JsonNode facts =
                evaluate(
                        what, "%s#nixosConfigurations.\"%s\"".formatted(source.url(), host), FACTS);
        var tags = new ArrayList<String>();
        facts.path("tags").forEach(tag -> tags.add(tag.asText()));
        try {
            return new Evaluated(
                    StorePath.parse(StoreDir.NIX_STORE, facts.path("derivation").asText()),
                    new HostSystem(
                            host,
                            StorePath.parse(StoreDir.NIX_STORE, facts.path("path").asText()),
                            facts.path("platform").asText(),
                            tags));
        } catch (FormatException e) {
            throw new NixException(what, String.valueOf(e.getMessage()), "");
        }
    }

    private JsonNode evaluate(String what, String installable, String function)
            throws NixException, InterruptedException {
        String json =
                nix.ask(
                        what,
                        Nix.command(
                                "eval",
                                "--json",
                                "--no-update-lock-file",
                                "--apply",
                                function,
                                "--",
                                installable),
                        EVALUATION_LIMIT);
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new NixException(what, "nix eval did not print JSON", json);
        }
    }
}
