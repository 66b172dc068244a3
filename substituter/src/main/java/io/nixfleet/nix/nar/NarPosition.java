package io.nixfleet.nix.nar;

/** Which string of the grammar comes next. */
enum NarPosition {
    MAGIC("inside the header"),
    NODE_OPEN("at the start of a node"),
    TYPE_KEY("at the start of a node"),
    TYPE("at the start of a node"),
    FILE_FIELD("inside a file"),
    EXECUTABLE_MARKER("inside a file"),
    CONTENTS_KEY("inside a file"),
    CONTENTS("inside a file's contents"),
    FILE_CLOSE("inside a file"),
    TARGET_KEY("inside a symbolic link"),
    TARGET("inside a symbolic link"),
    SYMLINK_CLOSE("inside a symbolic link"),
    DIRECTORY_NEXT("inside a directory"),
    ENTRY_OPEN("inside a directory entry"),
    NAME_KEY("inside a directory entry"),
    NAME("inside a directory entry"),
    NODE_KEY("inside a directory entry"),
    ENTRY_CLOSE("inside a directory entry"),
    END("after the end");

    private final String where;

    NarPosition(String where) {
        this.where = where;
    }

    /** For messages. */
    String where() {
        return where;
    }

    /** The longest string that may stand here, in bytes. */
    long maxLength() {
        return switch (this) {
            case CONTENTS -> Long.MAX_VALUE;
            case NAME -> NarRules.MAX_NAME;
            case TARGET -> NarRules.MAX_TARGET;
            case MAGIC,
                    NODE_OPEN,
                    TYPE_KEY,
                    TYPE,
                    FILE_FIELD,
                    EXECUTABLE_MARKER,
                    CONTENTS_KEY,
                    FILE_CLOSE,
                    TARGET_KEY,
                    SYMLINK_CLOSE,
                    DIRECTORY_NEXT,
                    ENTRY_OPEN,
                    NAME_KEY,
                    NODE_KEY,
                    ENTRY_CLOSE,
                    END ->
                    NarRules.MAX_TAG;
        };
    }
}
