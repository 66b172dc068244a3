package io.nixfleet.agent.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.KeyEncoding;
import io.nixfleet.testing.controlplane.KeyKind;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemFilesTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("authority");

    @TempDir private Path directory;

    private static IssuedCertificate issued(KeyKind kind) {
        return AUTHORITY.issue(CertificateRequest.client("web-1").withKind(kind));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("some.pem"), text);
    }

    static Stream<Arguments> everyEncodingOfEveryKind() {
        return Arrays.stream(KeyKind.values())
                .flatMap(
                        kind ->
                                Arrays.stream(KeyEncoding.values())
                                        .filter(encoding -> encoding.fits(kind))
                                        .map(encoding -> Arguments.of(kind, encoding)));
    }

    @ParameterizedTest
    @MethodSource("everyEncodingOfEveryKind")
    void readsTheKey(KeyKind kind, KeyEncoding encoding) throws IOException {
        IssuedCertificate issued = issued(kind);
        Path certificate = directory.resolve("cert.pem");
        Files.writeString(certificate, issued.certificatePem());
        Path key = file(issued.keyPem(encoding));

        assertThat(ClientIdentity.read(certificate, key).commonName()).contains("web-1");
    }

    @Test
    void readsAChainInItsOrderPastTextAndKeys() throws IOException {
        IssuedCertificate own = issued(KeyKind.EC_P256);
        Path file =
                file(
                        "subject=/CN=web-1\n"
                                + own.certificatePem()
                                + own.keyPem(KeyEncoding.PKCS8)
                                + "\n# the authority\n"
                                + AUTHORITY.pem());

        assertThat(PemFiles.readCertificates(file))
                .containsExactly(own.certificate(), AUTHORITY.certificate());
        assertThat(PemFiles.readPrivateKey(file)).isEqualTo(own.key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void refusesAnEncryptedKey(String type) throws IOException {
        String headers =
                type.startsWith("ENCRYPTED")
                        ? ""
                        : "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233\n\n";
        Path file =
                file(
                        "-----BEGIN %s-----\n%sAAAA\n-----END %s-----\n"
                                .formatted(type, headers, type));

        assertThatThrownBy(() -> PemFiles.readPrivateKey(file))
                .isInstanceOf(TlsFileException.class)
                .hasMessage(
                        file
                                + " holds a private key encrypted with a passphrase, which nobody"
                                + " could type in; decrypt it with openssl pkey");
    }

    @Test
    void saysThatTheKeyFileHoldsACertificate() throws IOException {
        Path file = file(issued(KeyKind.EC_P256).certificatePem());

        assertThatThrownBy(() -> PemFiles.readPrivateKey(file))
                .hasMessage(
                        file
                                + " holds no private key but CERTIFICATE; give the key's file, in"
                                + " PEM");
    }

    @Test
    void saysThatTheCertificateFileHoldsAKey() throws IOException {
        Path file = file(issued(KeyKind.EC_P256).keyPem(KeyEncoding.PKCS8));

        assertThatThrownBy(() -> PemFiles.readCertificates(file))
                .hasMessage(file + " holds no certificate but PRIVATE KEY; give one");
    }

    @Test
    void refusesTwoKeys() throws IOException {
        Path file =
                file(
                        issued(KeyKind.EC_P256).keyPem(KeyEncoding.PKCS8)
                                + issued(KeyKind.ED25519).keyPem(KeyEncoding.PKCS8));

        assertThatThrownBy(() -> PemFiles.readPrivateKey(file))
                .hasMessage(file + " holds more than one private key; leave only one");
    }

    @Test
    void refusesAFileCutShortAndQuotesNothingOfTheKey() throws IOException {
        String pem = issued(KeyKind.RSA_2048).keyPem(KeyEncoding.PKCS1);
        Path file = file(pem.substring(0, pem.length() / 2));

        assertThatThrownBy(() -> PemFiles.readPrivateKey(file))
                .hasMessage(
                        file
                                + " has a PEM block that is cut short or damaged; write the file"
                                + " again")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void refusesAKeyOfJunkAndQuotesNothingOfIt(String type) throws IOException {
        String junk = Base64.getEncoder().encodeToString("no key at all".getBytes(UTF_8));
        Path file = file("-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, junk, type));

        assertThatThrownBy(() -> PemFiles.readPrivateKey(file))
                .hasMessage(
                        file
                                + " is damaged: its %s cannot be decoded; write the file again"
                                        .formatted(type))
                .hasNoCause();
    }

    @Test
    void refusesACertificateOfJunk() throws IOException {
        Path file = file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        assertThatThrownBy(() -> PemFiles.readCertificates(file))
                .hasMessage(file + " is damaged: its certificate number 1 cannot be decoded");
    }

    @Test
    void tellsWhatIsNoPemAtAll() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty"));
        Path text = file("hello\n");
        Path der = directory.resolve("cert.der");
        Files.write(der, new byte[] {0x30, 0x03, 0x02, 0x01, 0x00});
        Path absent = directory.resolve("absent");

        assertThatThrownBy(() -> PemFiles.readCertificates(empty))
                .hasMessage(empty + " is empty; it must be PEM");
        assertThatThrownBy(() -> PemFiles.readCertificates(text))
                .hasMessage(text + " is not PEM: it has no line -----BEGIN …-----");
        assertThatThrownBy(() -> PemFiles.readCertificates(der))
                .hasMessage(der + " is not PEM but seems to be DER; convert it with openssl");
        assertThatThrownBy(() -> PemFiles.readCertificates(absent))
                .hasMessage(absent + " does not exist");
        assertThatThrownBy(() -> PemFiles.readCertificates(directory))
                .hasMessage(directory + " is a directory; it must be a PEM file");
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() throws IOException {
        Path certificate = directory.resolve("cert.pem");
        Files.writeString(certificate, issued(KeyKind.EC_P256).certificatePem());
        IssuedCertificate other = AUTHORITY.issue(CertificateRequest.client("web-1").withKey(1));

        for (Path key :
                new Path[] {
                    file(other.keyPem(KeyEncoding.PKCS8)),
                    Files.writeString(
                            directory.resolve("ed.pem"),
                            issued(KeyKind.ED25519).keyPem(KeyEncoding.PKCS8))
                }) {
            assertThatThrownBy(() -> ClientIdentity.read(certificate, key))
                    .hasMessage(
                            "%s is not the key of the first certificate in %s; give the two that"
                                    + " belong together",
                            key, certificate);
        }
    }
}
