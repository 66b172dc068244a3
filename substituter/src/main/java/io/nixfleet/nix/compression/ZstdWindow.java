package io.nixfleet.nix.compression;

/** The window that a zstd frame asks its decoder for (RFC 8878, section 3.1.1.1). */
final class ZstdWindow {
    /** Magic number, descriptor, window or the widest of dictionary and content size. */
    static final int HEADER_BYTES = 4 + 1 + 4 + 8;

    private static final int MAGIC = 0xfd2fb528;
    private static final int[] DICTIONARY_ID_BYTES = {0, 1, 2, 4};
    private static final int[] CONTENT_SIZE_BYTES = {1, 2, 4, 8};

    private ZstdWindow() {}

    /**
     * In bytes; 0 for what is no frame with a window, or too short to tell.
     *
     * @param head the frame's beginning
     * @param length how much of it there is
     */
    static long bytes(byte[] head, int length) {
        if (length < 6 || littleEndian(head, 0, 4) != Integer.toUnsignedLong(MAGIC)) {
            return 0;
        }
        int descriptor = head[4] & 0xff;
        boolean whole = (descriptor & 0b10_0000) != 0;
        if (!whole) {
            int window = head[5] & 0xff;
            long base = 1L << (10 + (window >> 3));
            return base + (base >> 3) * (window & 0b111);
        }
        // The window is the content: its size stands behind the id of a dictionary.
        int start = 5 + DICTIONARY_ID_BYTES[descriptor & 0b11];
        int size = CONTENT_SIZE_BYTES[descriptor >> 6];
        if (length < start + size) {
            return 0;
        }
        // Two bytes begin where one ends.
        return littleEndian(head, start, size) + (size == 2 ? 256 : 0);
    }

    /** Beyond what a long holds it is the most that one does. */
    private static long littleEndian(byte[] bytes, int start, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | (bytes[start + i] & 0xff);
        }
        return value < 0 ? Long.MAX_VALUE : value;
    }
}
