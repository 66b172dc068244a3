package io.nixfleet.nix.nar;

/** What {@link NarVisitor#IGNORING} is. */
final class IgnoringVisitor implements NarVisitor {
    @Override
    public void directoryBegin() {}

    @Override
    public void entry(byte[] name) {}

    @Override
    public void directoryEnd() {}

    @Override
    public void fileBegin(boolean executable, long size) {}

    @Override
    public void fileContent(byte[] buffer, int offset, int length) {}

    @Override
    public void fileEnd() {}

    @Override
    public void symlink(byte[] target) {}
}
