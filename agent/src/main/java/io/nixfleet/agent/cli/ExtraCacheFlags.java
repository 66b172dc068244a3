package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.UsageException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The daemon's caches besides the one of a deployment. */
final class ExtraCacheFlags {
    @Option(
            names = "--extra-cache-url",
            paramLabel = "URL",
            defaultValue = "${env:NIXFLEET_EXTRA_CACHE_URLS}",
            description =
                    "A further cache, asked besides the deployment's or --cache-url. Repeatable."
                            + " Variable: NIXFLEET_EXTRA_CACHE_URLS, parted by blanks or commas.")
    private List<String> urls = new ArrayList<>();

    /**
     * @throws UsageException for what is no URL
     */
    List<URI> urls() {
        return urls.stream()
                .flatMap(given -> Stream.of(given.split("[,\\s]+", -1)))
                .filter(url -> !url.isEmpty())
                .map(ExtraCacheFlags::url)
                .toList();
    }

    private static URI url(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException _) {
            // Neither quoted nor as a cause: it may hold a login.
            throw new UsageException("--extra-cache-url: this is no URL");
        }
    }
}
