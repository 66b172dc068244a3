package io.nixfleet.it.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.module.ModuleFiles;
import io.nixfleet.it.nix.Commands;
import java.util.List;
import java.util.Map;

/** What the NixOS module makes of settings of {@code services.nixfleet-agent}: files and texts. */
public final class RenderedModule {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RenderedModule() {}

    public static Map<String, String> files(Map<String, Object> settings) {
        try {
            Commands.Outcome evaluated =
                    Commands.run(
                            List.of(
                                    "nix-instantiate",
                                    "--eval",
                                    "--strict",
                                    "--json",
                                    ModuleFiles.folder().resolve("tests/render.nix").toString(),
                                    "--argstr",
                                    "settings",
                                    MAPPER.writeValueAsString(settings),
                                    "--argstr",
                                    "package",
                                    SystemHost.AGENT));
            return MAPPER.readValue(evaluated.stdout(), new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON of files", e);
        }
    }
}
