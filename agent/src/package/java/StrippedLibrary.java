import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A native library without its table of local symbols, as {@code strip} would leave it; some JDKs
 * come with 5 MB of them in {@code libjvm.so}. The dynamic linker never looks at it, only debuggers
 * and the report of a crash of the JVM itself do.
 *
 * <p>ELF of 64 bits, little-endian. Libraries whose last three sections are not {@code .symtab},
 * {@code .strtab}, {@code .shstrtab}, as linkers write them, stay as they are.
 */
record StrippedLibrary(Path file) {
    private static final int MAGIC = 0x464c457f;
    private static final int SECTION_BYTES = 64;
    private static final int SECTIONS_AT = 40;
    private static final int SECTION_COUNT_AT = 60;
    private static final int NAMES_INDEX_AT = 62;
    private static final int TYPE_SYMBOLS = 2;
    private static final int TYPE_STRINGS = 3;

    /** A section's header, at an offset of the file. */
    private record Section(ByteBuffer elf, int at) {
        int type() {
            return elf.getInt(at + 4);
        }

        boolean isLoaded() {
            return (elf.getLong(at + 8) & 2) != 0;
        }

        int offset() {
            return Math.toIntExact(elf.getLong(at + 24));
        }

        int size() {
            return Math.toIntExact(elf.getLong(at + 32));
        }
    }

    void write() throws IOException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (elf.limit() < SECTION_BYTES || elf.getInt(0) != MAGIC || elf.getShort(4) != 0x0102) {
            return;
        }
        int headers = Math.toIntExact(elf.getLong(SECTIONS_AT));
        int count = elf.getShort(SECTION_COUNT_AT);
        if (count < 4 || elf.getShort(NAMES_INDEX_AT) != count - 1) {
            return;
        }
        var symbols = new Section(elf, headers + (count - 3) * SECTION_BYTES);
        var strings = new Section(elf, headers + (count - 2) * SECTION_BYTES);
        var names = new Section(elf, headers + (count - 1) * SECTION_BYTES);
        boolean asExpected =
                symbols.type() == TYPE_SYMBOLS
                        && strings.type() == TYPE_STRINGS
                        && names.type() == TYPE_STRINGS
                        && !symbols.isLoaded()
                        && !strings.isLoaded()
                        && symbols.offset() < strings.offset()
                        && strings.offset() < names.offset()
                        && names.offset() < headers;
        if (!asExpected) {
            return;
        }
        // Kept: all before the symbols, the sections' names, the headers but for two.
        int namesAt = symbols.offset();
        int headersAt = (namesAt + names.size() + 7) & -8;
        ByteBuffer stripped =
                ByteBuffer.allocate(headersAt + (count - 2) * SECTION_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        stripped.put(0, elf, 0, namesAt);
        stripped.put(namesAt, elf, names.offset(), names.size());
        stripped.put(headersAt, elf, headers, (count - 3) * SECTION_BYTES);
        int namesHeader = headersAt + (count - 3) * SECTION_BYTES;
        stripped.put(namesHeader, elf, names.at(), SECTION_BYTES);
        stripped.putLong(namesHeader + 24, namesAt);
        stripped.putLong(SECTIONS_AT, headersAt);
        stripped.putShort(SECTION_COUNT_AT, (short) (count - 2));
        stripped.putShort(NAMES_INDEX_AT, (short) (count - 3));
        Files.write(file, stripped.array());
    }
}
