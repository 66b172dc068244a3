package io.nixfleet.agent.doctor;

/** Stands where the caches would be, if any were named. */
record NoCacheCheck() implements Check {
    @Override
    public String name() {
        return "cache";
    }

    @Override
    public Finding look() {
        return Finding.notChecked(
                "none is named: only deployments that name one can be fetched",
                "give --cache-url (cacheUrl), unless the control plane names a cache each time");
    }
}
