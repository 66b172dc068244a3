package io.nixfleet.nix.nar;

import java.io.IOException;

/**
 * Takes a NAR as events, in the order of its bytes. A node is one of
 *
 * <ul>
 *   <li>{@code fileBegin}, any number of {@code fileContent}, {@code fileEnd};
 *   <li>{@code symlink};
 *   <li>{@code directoryBegin}, for each entry {@code entry} and the entry's node, {@code
 *       directoryEnd}.
 * </ul>
 *
 * A NAR is one node. Names and targets are bytes, as Unix has it, in whatever encoding.
 */
public interface NarVisitor {
    /** Takes events and does nothing: for checking only. */
    NarVisitor IGNORING = new IgnoringVisitor();

    void directoryBegin() throws IOException;

    /**
     * Names the node that comes next.
     *
     * @param name 1 to 255 bytes without slash and NUL, not {@code .} or {@code ..}; greater than
     *     the name before it in this directory, by unsigned bytes
     */
    void entry(byte[] name) throws IOException;

    void directoryEnd() throws IOException;

    /**
     * Begins a regular file.
     *
     * @param size the length of its contents in bytes, as claimed: allocate nothing by it
     */
    void fileBegin(boolean executable, long size) throws IOException;

    /** A piece of the file's contents; the array is the caller's again afterwards. */
    void fileContent(byte[] buffer, int offset, int length) throws IOException;

    void fileEnd() throws IOException;

    /**
     * A symbolic link.
     *
     * @param target 1 to 4095 bytes without NUL; may point anywhere
     */
    void symlink(byte[] target) throws IOException;
}
