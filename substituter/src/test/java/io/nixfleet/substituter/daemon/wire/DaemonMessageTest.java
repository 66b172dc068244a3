package io.nixfleet.substituter.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.substituter.daemon.wire.DaemonMessage.Field;
import io.nixfleet.substituter.daemon.wire.DaemonMessage.Tag;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DaemonMessageTest {
    private static final ProtocolVersion NEW = new ProtocolVersion(1, 37);
    private static final ProtocolVersion OLD = new ProtocolVersion(1, 25);

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {
        void to(WireWriter out) throws IOException;
    }

    private static DaemonMessage read(ProtocolVersion version, Writing writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new WireWriter(bytes::write);
        writing.to(out);
        out.flush();
        var in = new WireReader(new ByteArrayInputStream(bytes.toByteArray())::read);
        var message = DaemonMessage.read(in, version);
        assertThat(in.consumed()).as("all of it is read").isEqualTo(bytes.size());
        return message;
    }

    @Test
    void readsLogLineWithoutTerminalEscapes() throws IOException {
        assertThat(read(NEW, out -> out.u64(Tag.NEXT).string("\u001b[35;1mwarning:\u001b[0m x\r")))
                .isEqualTo(new DaemonMessage.Log("warning: x"));
    }

    @Test
    void readsStructuredError() throws IOException {
        var message =
                read(
                        NEW,
                        out ->
                                out.u64(Tag.ERROR)
                                        .string("Error")
                                        .u64(0)
                                        .string("Error")
                                        .string("path \u001b[35;1m'x'\u001b[0m is not valid")
                                        .u64(0)
                                        .u64(1)
                                        .u64(0)
                                        .string("while importing"));
        assertThat(message)
                .isEqualTo(
                        new DaemonMessage.Failed(
                                new DaemonError(
                                        "path 'x' is not valid", List.of("while importing"))));
    }

    @Test
    void readsErrorOfOldProtocol() throws IOException {
        assertThat(read(OLD, out -> out.u64(Tag.ERROR).string("failed").u64(1)))
                .isEqualTo(new DaemonMessage.Failed(new DaemonError("failed", List.of())));
    }

    @Test
    void readsActivities() throws IOException {
        assertThat(
                        read(
                                NEW,
                                out ->
                                        out.u64(Tag.START_ACTIVITY)
                                                .u64(1)
                                                .u64(2)
                                                .u64(100)
                                                .string("copying")
                                                .u64(2)
                                                .u64(0)
                                                .u64(9)
                                                .u64(1)
                                                .string("from")
                                                .u64(0)))
                .isEqualTo(
                        new DaemonMessage.ActivityStarted(
                                1,
                                2,
                                100,
                                "copying",
                                List.of(new Field.Count(9), new Field.Label("from")),
                                0));
        assertThat(read(NEW, out -> out.u64(Tag.STOP_ACTIVITY).u64(1)))
                .isEqualTo(new DaemonMessage.ActivityStopped(1));
        assertThat(read(NEW, out -> out.u64(Tag.RESULT).u64(1).u64(105).u64(0)))
                .isEqualTo(new DaemonMessage.ActivityResult(1, 105, List.of()));
    }

    @Test
    void readsWhatOnlyOldDaemonsSend() throws IOException {
        assertThat(read(OLD, out -> out.u64(Tag.READ).u64(32768)))
                .isEqualTo(new DaemonMessage.WantsData(32768));
        assertThat(read(OLD, out -> out.u64(Tag.WRITE).string("data")))
                .isEqualTo(new DaemonMessage.Data());
        assertThat(read(OLD, out -> out.u64(Tag.LAST))).isEqualTo(new DaemonMessage.Done());
    }

    @Test
    void refusesUnknownTag() {
        assertThatThrownBy(() -> read(NEW, out -> out.u64(0x42)))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("0x42 is not the tag of any message");
    }

    @Test
    void stripsAllKindsOfEscapes() {
        assertThat(
                        PlainText.of(
                                "\u001b]8;;http://x\u0007link\u001b]8;;\u001b\\"
                                        + " \u001b[1;31mred\u001b[m\u001bM\tok\n"
                                        + "\u0000\u009b"))
                .isEqualTo("link red\tok");
    }
}
