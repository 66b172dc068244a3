package io.nixfleet.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.nixfleet.agent.activation.SwitchUnit;
import io.nixfleet.agent.activation.UndoTimer;
import io.nixfleet.agent.api.AgentClient;
import io.nixfleet.agent.controlplane.ControlPlane;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.protocol.Report;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.store.StoreSession;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.util.Date;

/** The boundaries of modules and packages, over the classes of all modules. */
@AnalyzeClasses(packages = "io.nixfleet", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule formatsArePure =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.nixfleet.nix..", "io.nixfleet.substituter.daemon.wire..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.nio.file..",
                            "java.nio.channels..",
                            "java.net.http..",
                            "io.vertx..",
                            "io.netty..",
                            "io.nixfleet.agent..",
                            "io.nixfleet.protocol..")
                    .because("formats are fed with bytes and answer with values");

    @ArchTest
    static final ArchRule theSubstituterKnowsNoControlPlane =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.nixfleet.nix..", "io.nixfleet.substituter..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.nixfleet.agent..", "io.nixfleet.protocol..");

    @ArchTest
    static final ArchRule theProtocolKnowsNoNix =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.protocol..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.nixfleet.agent..",
                            "io.nixfleet.nix..",
                            "io.nixfleet.substituter..");

    @ArchTest
    static final ArchRule messagesKnowNoJson =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.nixfleet.protocol", "io.nixfleet.protocol.operator")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.fasterxml..");

    @ArchTest
    static final ArchRule librariesDoNotLog =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.nixfleet.agent..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.slf4j..", "java.util.logging..", "ch.qos.logback..")
                    .orShould()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err")
                    .because("what happens leaves the substituter as events");

    @ArchTest
    static final ArchRule bouncyCastleIsBehindSignaturesAndTls =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "io.nixfleet.nix.signature..", "io.nixfleet.agent.tls..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.bouncycastle..")
                    .because("one use of a foreign library has one package");

    @ArchTest
    static final ArchRule micrometerIsBehindMetrics =
            only("io.nixfleet.agent.metrics..", "io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule endpointsReachTheHostThroughItsControlAlone =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.endpoint..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.nixfleet..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    "io.nixfleet.agent.endpoint..",
                                                    "io.nixfleet.agent.control..",
                                                    "io.nixfleet.agent.deploy..",
                                                    "io.nixfleet.agent.markup..",
                                                    "io.nixfleet.protocol..",
                                                    "io.nixfleet.nix..")))
                    .because("what comes over a network meets no process, file or database");

    @ArchTest
    static final ArchRule decompressorsAreBehindCompression =
            only(
                    "io.nixfleet.nix.compression..",
                    "com.github.luben..",
                    "org.tukaani..",
                    "org.apache.commons..",
                    "org.brotli..");

    @ArchTest
    static final ArchRule vertxInTheSubstituterIsBehindCaches =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.nixfleet.nix..", "io.nixfleet.substituter..")
                    .and()
                    .resideOutsideOfPackage("io.nixfleet.substituter.cache..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.vertx..", "io.netty..");

    @ArchTest
    static final ArchRule fetchesKnowNoTimeOfDay =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.nixfleet.nix..", "io.nixfleet.substituter..")
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .dependOnClassesThat()
                    .belongToAnyOf(
                            Instant.class,
                            InstantSource.class,
                            Clock.class,
                            LocalDateTime.class,
                            Date.class)
                    .because("clocks jump; waits are measured by System.nanoTime alone");

    @ArchTest
    static final ArchRule certificatesKnowNoHttp =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.tls..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.vertx..", "io.netty..", "io.nixfleet.protocol..")
                    .because("clients and listeners alike take their keys from there");

    @ArchTest
    static final ArchRule theControlPlanesClientKnowsNoDeployments =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.controlplane..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.nixfleet.agent.deploy..",
                            "io.nixfleet.agent.control",
                            "io.nixfleet.agent.cli..",
                            "io.nixfleet.agent.console..",
                            "io.nixfleet.nix..");

    @ArchTest
    static final ArchRule theConsoleKnowsNoProgram =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.console..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.nixfleet..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    "io.nixfleet.agent.console..",
                                                    "io.nixfleet.nix..")))
                    .because("several programs print with it");

    @ArchTest
    static final ArchRule childProcessesAreStartedInTwoPlaces =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "io.nixfleet.substituter.daemon..", "io.nixfleet.agent.process..")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ProcessBuilder.class)
                    .because("a child needs a limit and an end, which these two see to");

    @ArchTest
    static final ArchRule whatTouchesTheHostBlocks =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.nixfleet.agent.activation..",
                            "io.nixfleet.agent.health..",
                            "io.nixfleet.agent.process..",
                            "io.nixfleet.agent.time..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.vertx..", "io.netty..")
                    .because("it runs on virtual threads, and must not be found on an event loop");

    @ArchTest
    static final ArchRule databasesAreBehindState =
            only("io.nixfleet.agent.state..", "java.sql..", "javax.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule javasOwnLogIsBehindLogging =
            only("io.nixfleet.agent.logging..", "java.util.logging..");

    @ArchTest
    static final ArchRule nativeCodeIsCalledInFivePlaces =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.nixfleet.agent.systemd..")
                    .and()
                    .haveNameNotMatching("io\\.nixfleet\\.agent\\.heap\\.FileCopies.*")
                    .and()
                    .haveNameNotMatching("io\\.nixfleet\\.agent\\.console\\.Terminal.*")
                    .and()
                    .haveNameNotMatching("io\\.nixfleet\\.substituter\\.unpack\\.ExactSymlink.*")
                    .and()
                    .haveNameNotMatching("io\\.nixfleet\\.nix\\.compression\\.Liblzma.*")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("java.lang.foreign..")
                    .because("a wrong call of native code ends the process");

    @ArchTest
    static final ArchRule theDoctorOnlyLooks =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.doctor..")
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(
                            StateStore.class,
                            SwitchUnit.class,
                            UndoTimer.class,
                            Substituter.class,
                            StoreSession.class)
                    .orShould()
                    .callMethod(AgentClient.class, "post", String.class, JsonNode.class)
                    .orShould()
                    .callMethod(ControlPlane.class, "send", Report.class)
                    .because("who asks what is wrong with a host wants nothing done to it");

    @ArchTest
    static final ArchRule theDoctorNeedsNoDaemon =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.agent.doctor..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.nixfleet.agent.cli..",
                            "io.nixfleet.agent.console..",
                            "io.nixfleet.agent.cycle..",
                            "io.nixfleet.agent.daemon..",
                            "io.nixfleet.agent.control",
                            "io.nixfleet.agent.endpoint..",
                            "io.nixfleet.agent.metrics..")
                    .because("it is for hosts whose daemon does not work");

    @ArchTest
    static final ArchRule noDaemonNeedsTheDoctor =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "io.nixfleet.agent.doctor..", "io.nixfleet.agent.cli..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.nixfleet.agent.doctor..");

    @ArchTest
    static final ArchRule noPackageNeedsItself =
            slices().matching("io.nixfleet.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theRulesSeeEveryModule =
            classes()
                    .that()
                    .haveFullyQualifiedName("io.nixfleet.nix.nar.NarParser")
                    .should()
                    .bePublic()
                    .andShould()
                    .haveSimpleName("NarParser");

    @ArchTest
    static final ArchRule everythingHasAPackage =
            classes().should().resideInAnyPackage("io.nixfleet.(nix|substituter|protocol|agent)..");

    private static ArchRule only(String home, String... library) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(home)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .because("one foreign library has one package");
    }
}
