package io.nixfleet.agent.endpoint.page;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/** What a parser makes of a page's content. */
record PageTree(Element root) {
    static PageTree parse(String content) {
        try {
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(null);
            return new PageTree(
                    builder.parse(new InputSource(new StringReader(content))).getDocumentElement());
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + content, e);
        }
    }

    private void each(Node node, Consumer<Element> consumer) {
        if (node instanceof Element element) {
            consumer.accept(element);
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            each(child, consumer);
        }
    }

    /** Elements with the names of their attributes, in order: what text must not change. */
    List<String> structure() {
        var structure = new ArrayList<String>();
        each(
                root,
                element -> {
                    var names = new StringBuilder(element.getTagName());
                    for (int i = 0; i < element.getAttributes().getLength(); i++) {
                        names.append(' ').append(element.getAttributes().item(i).getNodeName());
                    }
                    structure.add(names.toString());
                });
        return structure;
    }

    /** The texts of all elements of this name. */
    List<String> texts(String name) {
        var texts = new ArrayList<String>();
        each(
                root,
                element -> {
                    if (element.getTagName().equals(name)) {
                        texts.add(element.getTextContent());
                    }
                });
        return texts;
    }

    /** The values of an attribute wherever it is. */
    List<String> attributes(String name) {
        var values = new ArrayList<String>();
        each(
                root,
                element -> {
                    if (element.hasAttribute(name)) {
                        values.add(element.getAttribute(name));
                    }
                });
        return values;
    }

    /** The text of the section with that heading; fails if there is none. */
    String section(String id) {
        var found = new ArrayList<String>();
        each(
                root,
                element -> {
                    if (element.getAttribute("id").equals(id)) {
                        found.add(visible(Objects.requireNonNull(element.getParentNode())));
                    }
                });
        if (found.size() != 1) {
            throw new AssertionError("%d sections %s".formatted(found.size(), id));
        }
        return found.getFirst().replaceAll("[\\s\u00a0]+", " ").strip();
    }

    /** Paragraphs begin on a line of their own. */
    private static String visible(Node node) {
        if (node.getFirstChild() == null) {
            return node instanceof Element ? "" : String.valueOf(node.getNodeValue());
        }
        var text = new StringBuilder(node.getNodeName().equals("p") ? "\n" : "");
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            text.append(visible(child));
        }
        return text.toString();
    }

    boolean hasSection(String id) {
        return attributes("id").contains(id);
    }
}
