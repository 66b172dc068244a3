package io.nixfleet.cli.flake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import java.time.Duration;
import java.util.Optional;

/**
 * A flake as it is at one moment.
 *
 * @param reference as the operator named it
 * @param url what Nix evaluates: the same sources for every host, whatever is edited meanwhile;
 *     only of a dirty tree Nix cannot say that
 * @param revision of its sources, if they have one
 * @param dirty whether the tree has changes that no revision has
 */
public record FlakeSource(String reference, String url, Optional<String> revision, boolean dirty) {
    /** A flake of a remote host may have to be downloaded first, with its inputs. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /**
     * Asks Nix.
     *
     * @throws NixException when there is no such flake, or its lock file is not up to date
     */
    public static FlakeSource read(Nix nix, String reference)
            throws NixException, InterruptedException {
        String what = "flake " + reference;
        String json =
                nix.ask(
                        what,
                        Nix.command(
                                "flake",
                                "metadata",
                                "--json",
                                "--no-update-lock-file",
                                "--",
                                reference),
                        LIMIT);
        try {
            return of(reference, new ObjectMapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new NixException(what, "nix flake metadata did not print JSON", json);
        }
    }

    static FlakeSource of(String reference, JsonNode metadata) {
        String revision = metadata.path("revision").asText("");
        String type = metadata.path("locked").path("type").asText("");
        return new FlakeSource(
                reference,
                metadata.path("url").asText(reference),
                revision.isEmpty() ? Optional.empty() : Optional.of(revision),
                revision.isEmpty() && (type.equals("git") || type.equals("hg")));
    }
}
