import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which classes name which, from those of the program on. */
final class ClassGraph {
    private static final String SUFFIX = ".class";
    private static final Pattern TYPE = Pattern.compile("L([^;]+);");

    /** A file in a jar. */
    record Entry(Path jar, String name) {
        boolean isClass() {
            return name.endsWith(SUFFIX);
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** By the name of a class: the classes that its versions name. */
    private final Map<String, List<String>> named = new HashMap<>();

    /** By the name of a class that is reached: the one that names it; a root names itself. */
    private final Map<String, String> reachedFrom = new HashMap<>();

    /**
     * Reads the classes of jars.
     *
     * @param roots how the names of the program's own classes begin
     */
    static ClassGraph of(List<Path> jars, String roots) throws IOException {
        var graph = new ClassGraph();
        for (Path jar : jars) {
            graph.read(jar);
        }
        graph.follow(roots);
        return graph;
    }

    private void read(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.isDirectory()) {
                    continue;
                }
                entries.add(new Entry(file, entry.getName()));
                if (entry.getName().endsWith(SUFFIX)) {
                    byte[] content = jar.getInputStream(entry).readAllBytes();
                    named.computeIfAbsent(className(entry.getName()), _ -> new ArrayList<>())
                            .addAll(namedBy(content));
                }
            }
        }
    }

    /** Descriptors count, too: a lambda's interface may be named by nothing else. */
    private static List<String> namedBy(byte[] content) {
        var names = new ArrayList<String>();
        for (PoolEntry entry : ClassFile.of().parse(content).constantPool()) {
            switch (entry) {
                case ClassEntry type ->
                        names.add(type.asInternalName().replaceFirst("^\\[+L(.*);$", "$1"));
                case NameAndTypeEntry member -> addTypes(member.type().stringValue(), names);
                case MethodTypeEntry method -> addTypes(method.descriptor().stringValue(), names);
                default -> {}
            }
        }
        return names;
    }

    private static void addTypes(String descriptor, List<String> names) {
        Matcher types = TYPE.matcher(descriptor);
        while (types.find()) {
            names.add(types.group(1));
        }
    }

    private void follow(String roots) {
        var next = new ArrayDeque<String>();
        for (String name : named.keySet()) {
            if (name.startsWith(roots)) {
                reachedFrom.put(name, name);
                next.add(name);
            }
        }
        while (!next.isEmpty()) {
            String from = next.remove();
            for (String name : named.get(from)) {
                if (named.containsKey(name) && reachedFrom.putIfAbsent(name, from) == null) {
                    next.add(name);
                }
            }
        }
    }

    List<Entry> entries() {
        return entries;
    }

    boolean reaches(Entry entry) {
        return entry.isClass() && reachedFrom.containsKey(className(entry.name()));
    }

    /** A class, and those through which the program reaches it. */
    String wayTo(Entry entry) {
        String name = className(entry.name());
        var way = new StringBuilder(name);
        while (!reachedFrom.get(name).equals(name)) {
            name = reachedFrom.get(name);
            way.append(" <- ").append(name);
        }
        return way.toString();
    }

    private static String className(String entry) {
        String name = Trimming.unversioned(entry);
        return name.substring(0, name.length() - SUFFIX.length());
    }
}
