package io.nixfleet.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The boundaries of this module's packages. */
@AnalyzeClasses(packages = "io.nixfleet.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule theAgentIsALibraryOfSomePackages =
            noClasses()
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("io.nixfleet.agent..")
                                    .and(
                                            resideOutsideOfPackages(
                                                    "io.nixfleet.agent.console..",
                                                    "io.nixfleet.agent.controlplane..",
                                                    "io.nixfleet.agent.fetch..",
                                                    "io.nixfleet.agent.logging..",
                                                    "io.nixfleet.agent.nix..",
                                                    "io.nixfleet.agent.process..",
                                                    "io.nixfleet.agent.tls..")))
                    .because("who operates a fleet deploys nothing on their own machine");

    @ArchTest
    static final ArchRule childProcessesAreTheRunners =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ProcessBuilder.class)
                    .because("a child needs a limit and an end, which the runner sees to");

    @ArchTest
    static final ArchRule commandLinesAreBehindCommands =
            only("io.nixfleet.cli.command..", "picocli..");

    @ArchTest
    static final ArchRule tomlIsBehindSettings =
            only("io.nixfleet.cli.settings..", "com.fasterxml.jackson.dataformat..");

    @ArchTest
    static final ArchRule networksAreBehindClients =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "io.nixfleet.cli.agents..",
                            "io.nixfleet.cli.controlplane..",
                            "io.nixfleet.cli.verify..")
                    .and()
                    .haveNameNotMatching("io\\.nixfleet\\.cli\\.command\\.Setup")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.vertx..", "io.netty..", "java.net.http..");

    @ArchTest
    static final ArchRule termsOfRolloutsArePure =
            noClasses()
                    .that()
                    .resideInAPackage("io.nixfleet.cli.rollout..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "java.nio.file..", "java.io..", "java.net..", "io.nixfleet.agent..");

    @ArchTest
    static final ArchRule workKnowsNoCommands =
            noClasses()
                    .that()
                    .resideInAnyPackage("io.nixfleet.cli.(*)..")
                    .and()
                    .resideOutsideOfPackage("io.nixfleet.cli.command..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.nixfleet.cli.command..");

    @ArchTest
    static final ArchRule noPackageNeedsItself =
            slices().matching("io.nixfleet.cli.(**)").should().beFreeOfCycles();

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
