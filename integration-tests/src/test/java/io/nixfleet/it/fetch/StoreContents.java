package io.nixfleet.it.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What Nix itself says of a store. */
public final class StoreContents {
    private StoreContents() {}

    /** All valid paths with hash, size, references, signatures, deriver and content address. */
    static Map<String, String> of(ChrootStore store) throws IOException {
        String output =
                store.output(
                        "nix",
                        "--extra-experimental-features",
                        "nix-command",
                        "path-info",
                        "--all",
                        "--json");
        JsonNode json = new ObjectMapper().readTree(output);
        var paths = new TreeMap<String, String>();
        // A list of objects up to Nix 2.18, an object by path since.
        if (json.isArray()) {
            json.forEach(info -> paths.put(info.path("path").asText(), describe(info)));
        } else {
            json.properties()
                    .forEach(entry -> paths.put(entry.getKey(), describe(entry.getValue())));
        }
        return paths;
    }

    private static String describe(JsonNode info) {
        return "narHash=%s narSize=%s references=%s signatures=%s deriver=%s ca=%s"
                .formatted(
                        info.path("narHash").asText(),
                        info.path("narSize").asText(),
                        sorted(info.path("references")),
                        sorted(info.path("signatures")),
                        info.path("deriver").asText(),
                        info.path("ca").asText());
    }

    private static SortedSet<String> sorted(JsonNode list) {
        var texts = new TreeSet<String>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Nix finds nothing wrong: every path has the content that it was registered with. */
    public static void assertSound(ChrootStore store) {
        String complaints = store.run("nix-store", "--verify", "--check-contents");
        // A chroot without the group of the builders says so at every start of Nix.
        assertThat(complaints.lines())
                .allMatch(
                        line ->
                                line.matches(
                                        "(reading|checking) .*|warning: .*build-users-group.*"));
    }

    /** Brings closures in by {@code nix copy}. */
    static void copy(ChrootStore store, URI cache, String publicKey, StorePath... roots) {
        var arguments = new ArrayList<String>();
        arguments.addAll(
                List.of(
                        "--extra-experimental-features",
                        "nix-command",
                        "copy",
                        "--from",
                        cache.toString(),
                        "--to",
                        store.directory().toString(),
                        "--option",
                        "trusted-public-keys",
                        publicKey,
                        "--option",
                        "narinfo-cache-positive-ttl",
                        "0"));
        for (StorePath root : roots) {
            arguments.add(root.toString());
        }
        Commands.run(store.nix().command("nix", arguments.toArray(String[]::new)));
    }
}
