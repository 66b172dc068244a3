package io.nixfleet.it.fleet;

import io.nixfleet.it.host.Images;
import io.nixfleet.it.host.Network;
import io.nixfleet.it.host.SystemHost;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host whose nginx serves a folder of this machine as a binary cache. */
final class CacheHost implements AutoCloseable {
    private static final String SETTINGS = "/etc/nginx/cache.d/test.conf";

    private final SystemHost host;

    private CacheHost(SystemHost host) {
        this.host = host;
    }

    static CacheHost boot(Network.Place place, Path files) {
        return new CacheHost(
                SystemHost.boot(
                        new SystemHost.Setup(
                                place.name(),
                                Images.cache(),
                                "",
                                Optional.of(place),
                                Map.of("/srv/cache", files))));
    }

    /** The cache that it serves from all of its folder, or from one of it. */
    URI uri(String folder) {
        return URI.create("http://%s/%s".formatted(host.name(), folder));
    }

    SystemHost host() {
        return host;
    }

    /** As it was at first, whatever was done to it. */
    void mend() {
        if (!host.isUp()) {
            host.restorePower();
        }
        serveAtFullSpeed();
    }

    /** Gives each response so many bytes a second from now on. */
    void serveSlowly(int bytesPerSecond) {
        configure("limit_rate %d;".formatted(bytesPerSecond));
    }

    void serveAtFullSpeed() {
        configure("");
    }

    /** Answers everything with 503 from now on. */
    void failAll() {
        configure("return 503;");
    }

    private void configure(String settings) {
        host.write(SETTINGS, settings + "\n");
        host.run("systemctl", "reload", "nginx.service");
    }

    /** Each request so far: {@code TIME CLIENT METHOD URI STATUS BYTES}. */
    List<String> requests() {
        return host.read("/var/log/nginx/access.log").lines().toList();
    }

    @Override
    public void close() {
        host.close();
    }
}
