package io.nixfleet.nix.nar;

/** The words of the format. */
enum NarTag {
    MAGIC("nix-archive-1"),
    OPEN("("),
    CLOSE(")"),
    TYPE("type"),
    REGULAR("regular"),
    SYMLINK("symlink"),
    DIRECTORY("directory"),
    EXECUTABLE("executable"),
    CONTENTS("contents"),
    TARGET("target"),
    ENTRY("entry"),
    NAME("name"),
    NODE("node"),
    /** The value of the executable marker. */
    NOTHING("");

    private final String text;

    NarTag(String text) {
        this.text = text;
    }

    int length() {
        return text.length();
    }

    boolean isAt(byte[] buffer, int offset, int length) {
        if (length != text.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[offset + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    void copyTo(byte[] buffer, int offset) {
        for (int i = 0; i < text.length(); i++) {
            buffer[offset + i] = (byte) text.charAt(i);
        }
    }

    @Override
    public String toString() {
        return "'" + text + "'";
    }
}
