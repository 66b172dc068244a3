import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * A dependency as the package has it, which is the jar of the registry except for
 *
 * <ul>
 *   <li>native libraries: those for this machine lie beside the jars, so that nothing is unpacked
 *       into /tmp at run time; those for other machines are dropped;
 *   <li>signatures: the build has checked them by reading the jar; the JVM would do so again at
 *       every start, and would leave the classes out of the AOT cache;
 *   <li>classes for Java 5: given the format of a newer Java, without which the AOT cache leaves
 *       them out, too;
 *   <li>what trimmed.txt says is never loaded: dropped.
 * </ul>
 */
record PackagedJar(Path source, Trimming trimming) {
    /** Class files before this one have no stack maps: the AOT cache takes none of them. */
    private static final int FIRST_CACHEABLE = ClassFile.JAVA_6_VERSION;

    private static final int UPGRADED = ClassFile.JAVA_8_VERSION;

    /** Writes the jar and its native libraries into a folder. */
    void writeTo(Path folder) throws IOException {
        Path target = folder.resolve(source.getFileName());
        try (JarFile jar = new JarFile(source.toFile())) {
            List<JarEntry> entries =
                    jar.stream()
                            .filter(entry -> !entry.getName().equals(JarFile.MANIFEST_NAME))
                            .filter(entry -> !trimming.leavesOut(source, entry.getName()))
                            .toList();
            ClassFile classFile = classFileOf(jar);
            try (JarOutputStream out =
                    new JarOutputStream(
                            Files.newOutputStream(target, StandardOpenOption.CREATE_NEW))) {
                if (jar.getManifest() != null) {
                    // A copy: the verifier of a signed jar goes on reading the original.
                    Manifest manifest = new Manifest(jar.getManifest());
                    manifest.getEntries().clear();
                    // A sealed package remembers the place of its jar: classes from the AOT cache name
                    // the place where they were trained, and after a move no others may join them.
                    manifest.getMainAttributes().remove(Attributes.Name.SEALED);
                    out.putNextEntry(entry(JarFile.MANIFEST_NAME));
                    manifest.write(out);
                }
                for (JarEntry entry : entries) {
                    String name = entry.getName();
                    try (InputStream in = jar.getInputStream(entry)) {
                        if (isNative(name)) {
                            if (isForThisMachine(name)) {
                                Files.copy(in, folder.resolve(Path.of(name).getFileName()));
                            }
                        } else if (!isSignature(name)) {
                            out.putNextEntry(entry(name));
                            out.write(upgraded(classFile, name, in.readAllBytes()));
                        }
                    }
                }
            }
        }
    }

    private static byte[] upgraded(ClassFile classFile, String name, byte[] content) {
        if (!name.endsWith(".class") || majorVersion(content) >= FIRST_CACHEABLE) {
            return content;
        }
        ClassTransform version =
                (builder, element) -> {
                    switch (element) {
                        case ClassFileVersion _ -> builder.withVersion(UPGRADED, 0);
                        case ClassElement other -> builder.with(other);
                    }
                };
        ClassTransform withStackMaps =
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        return classFile.transformClass(classFile.parse(content), version.andThen(withStackMaps));
    }

    private static int majorVersion(byte[] content) {
        return (content[6] & 0xff) << 8 | content[7] & 0xff;
    }

    /** Stack maps need the hierarchy of classes: those of this jar, then those of the JDK. */
    private static ClassFile classFileOf(JarFile jar) {
        ClassHierarchyResolver ofThisJar =
                ClassHierarchyResolver.ofResourceParsing(
                        type -> {
                            String descriptor = type.descriptorString();
                            String path = descriptor.substring(1, descriptor.length() - 1);
                            JarEntry entry = jar.getJarEntry(path + ".class");
                            return entry == null ? null : open(jar, entry);
                        });
        return ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(
                        ofThisJar.orElse(ClassHierarchyResolver.defaultResolver())));
    }

    private static InputStream open(JarFile jar, JarEntry entry) {
        try {
            return jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JarEntry entry(String name) {
        JarEntry entry = new JarEntry(name);
        entry.setTime(0);
        return entry;
    }

    private static boolean isSignature(String name) {
        return name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    }

    private static boolean isNative(String name) {
        return name.matches(".*\\.(so|dll|dylib|jnilib)");
    }

    /** Either the folder, linux/amd64, or the end of the name, linux_x86_64, tells it. */
    private static boolean isForThisMachine(String name) {
        String machine =
                switch (System.getProperty("os.arch")) {
                    case "amd64", "x86_64" -> "(amd64|x86_64)";
                    case "aarch64" -> "(aarch64|aarch_64)";
                    case String other -> other;
                };
        return name.matches("(?i)(.*/)?linux/" + machine + "/[^/]+|.*_linux_" + machine + "\\.so");
    }
}
