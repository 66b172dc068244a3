package io.nixfleet.substituter.fetch;

/**
 * The limits of a fetch.
 *
 * @param lookupsInFlight how many narinfos are asked for at the same time
 * @param downloadsInFlight how many NARs are on their way at the same time; not more than each
 *     cache's own limit, or a path may wait for the download of one that needs it
 * @param buffers bytes of all NARs on their way that may wait to be imported
 * @param bufferOfDownload bytes of one of them, as many as its cache lets wait; a smaller NAR
 *     counts with its size
 * @param maxPaths how many paths a closure may have that the store lacks; a larger one is refused
 *     before anything is downloaded
 * @param failuresUntilSetAside after how many lookups in a row, or downloads in a row, that stayed
 *     unanswered a cache is set aside for the rest of the fetch
 * @param spoiltUntilSetAside after how many narinfos in a row, or NARs in a row, that were not what
 *     they should be
 */
public record FetchPolicy(
        int lookupsInFlight,
        int downloadsInFlight,
        int buffers,
        int bufferOfDownload,
        int maxPaths,
        int failuresUntilSetAside,
        int spoiltUntilSetAside) {
    public static final FetchPolicy DEFAULT =
            new FetchPolicy(64, 48, 4 << 20, 256 << 10, 50_000, 3, 10);

    public FetchPolicy {
        requirePositive(lookupsInFlight, "lookupsInFlight");
        requirePositive(downloadsInFlight, "downloadsInFlight");
        requirePositive(buffers, "buffers");
        requirePositive(bufferOfDownload, "bufferOfDownload");
        requirePositive(maxPaths, "maxPaths");
        requirePositive(failuresUntilSetAside, "failuresUntilSetAside");
        requirePositive(spoiltUntilSetAside, "spoiltUntilSetAside");
    }

    private static void requirePositive(int value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }
}
