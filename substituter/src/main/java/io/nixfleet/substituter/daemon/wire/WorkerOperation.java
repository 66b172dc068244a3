package io.nixfleet.substituter.daemon.wire;

/** The operations that we ask of a daemon, by their numbers on the wire. */
public enum WorkerOperation {
    IS_VALID_PATH(1),
    ADD_TEMP_ROOT(11),
    ADD_INDIRECT_ROOT(12),
    SET_OPTIONS(19),
    QUERY_PATH_INFO(26),
    QUERY_VALID_PATHS(31),
    ADD_TO_STORE_NAR(39);

    private final int code;

    WorkerOperation(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
