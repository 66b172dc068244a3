import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of {@code java.xml} stays out of the runtime. {@code java.sql} names its interfaces; its
 * parsers, XPath and its compiler of style sheets are 5 MB that nothing here calls. jlink wants each
 * package of a module to hold something: the smallest of its files stays.
 */
record XmlParsers(Path list) {
    private static final String MODULE = "/java.xml/";
    private static final List<String> FOLDERS =
            List.of(
                    "com/sun/org/apache/xerces",
                    "com/sun/org/apache/xalan",
                    "com/sun/org/apache/xml",
                    "com/sun/org/apache/xpath",
                    "com/sun/org/apache/bcel");

    /** Writes the names of what is left out, for jlink, and gives the file. */
    Path write() throws IOException {
        var names = new TreeSet<String>();
        Path module = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules" + MODULE);
        for (String folder : FOLDERS) {
            var packages = new TreeMap<String, List<Path>>();
            try (Stream<Path> files = Files.walk(module.resolve(folder))) {
                packages.putAll(
                        files.filter(Files::isRegularFile)
                                .filter(file -> file.toString().endsWith(".class"))
                                .collect(
                                        Collectors.groupingBy(
                                                file -> file.getParent().toString())));
            }
            for (List<Path> files : packages.values()) {
                files.stream()
                        .sorted(Comparator.comparingLong(XmlParsers::size).reversed())
                        .limit(files.size() - 1L)
                        .forEach(file -> names.add(MODULE + module.relativize(file)));
            }
        }
        Files.write(list, names);
        return list;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
