package io.nixfleet.cli.settings;

/** What {@code .nixfleet.toml} can say. */
public enum Setting {
    CONTROL_PLANE_URL("control-plane.url"),
    CA_CERT("control-plane.ca-cert"),
    CLIENT_CERT("tls.client-cert"),
    CLIENT_KEY("tls.client-key"),
    CACHE_URL("cache.url"),
    PUSH_TO("cache.push-to"),
    TRUSTED_PUBLIC_KEYS("cache.trusted-public-keys"),
    HOOK_URL("cache.hook.url"),
    HOOK_COMMAND("cache.hook.push-cmd"),
    STRATEGY("deploy.strategy"),
    HEALTH_TIMEOUT("deploy.health-timeout"),
    FAILURE_THRESHOLD("deploy.failure-threshold"),
    ON_FAILURE("deploy.on-failure");

    private final String key;

    Setting(String key) {
        this.key = key;
    }

    /** Its table and name, as in {@code cache.url}. */
    public String key() {
        return key;
    }
}
