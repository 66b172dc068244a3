package io.nixfleet.agent.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The checks that a host has to pass. */
public record HealthConfig(List<Check> checks) {
    private static final int FILE_LIMIT = 1 << 20;
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Where nothing is configured. */
    public static final HealthConfig DEFAULT = new HealthConfig(List.of(new Check.SystemRunning()));

    public HealthConfig {
        checks = List.copyOf(checks);
    }

    /**
     * Reads a file of checks. One that is missing, empty or without checks is the default.
     *
     * @throws HealthConfigException when it cannot be read or is not as it should be
     */
    public static HealthConfig read(Path file) throws HealthConfigException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_LIMIT + 1);
            if (bytes.length > FILE_LIMIT) {
                throw new HealthConfigException(
                        "the health checks %s are larger than 1 MiB".formatted(file), null);
            }
            return parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
        } catch (NoSuchFileException _) {
            return DEFAULT;
        } catch (HealthConfigException e) {
            throw e;
        } catch (IOException e) {
            throw new HealthConfigException(
                    "could not read the health checks %s: %s".formatted(file, e), e);
        }
    }

    /** As {@link #read}, but a file that cannot be used is a check that fails and says why. */
    public static HealthConfig readOrFail(Path file) {
        try {
            return read(file);
        } catch (HealthConfigException e) {
            return new HealthConfig(List.of(new Check.Unreadable(String.valueOf(e.getMessage()))));
        }
    }

    private static HealthConfig parse(String file, String json) throws HealthConfigException {
        if (json.isBlank()) {
            return DEFAULT;
        }
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            var where = e.getLocation();
            throw new HealthConfigException(
                    "the health checks %s are not JSON: line %d column %d: %s"
                            .formatted(
                                    file,
                                    where == null ? 0 : where.getLineNr(),
                                    where == null ? 0 : where.getColumnNr(),
                                    e.getOriginalMessage()),
                    e);
        }
        var fields = new Fields(file, "", root);
        var checks = new ArrayList<Check>();
        for (Fields systemd : fields.objects("systemd")) {
            for (String unit : systemd.texts("units")) {
                checks.add(new Check.Unit(unit));
            }
        }
        for (Fields http : fields.objects("http")) {
            checks.add(http(http));
        }
        for (Fields command : fields.objects("command")) {
            checks.add(
                    new Check.ShellCommand(
                            command.text("name"),
                            command.text("command"),
                            command.seconds("timeout", 5)));
        }
        return checks.isEmpty() ? DEFAULT : new HealthConfig(checks);
    }

    private static Check http(Fields http) throws HealthConfigException {
        URI url;
        try {
            url = URI.create(http.text("url"));
        } catch (IllegalArgumentException _) {
            throw http.wrong("url", "is no URL");
        }
        String scheme = String.valueOf(url.getScheme());
        if (!(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))
                || url.getHost() == null) {
            throw http.wrong("url", "is no http:// or https:// URL");
        }
        return new Check.Http(
                url,
                http.seconds("timeout", 3),
                http.number(List.of("expectedStatus", "expected_status"), 200, 100, 599));
    }
}
