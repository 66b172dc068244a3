# The text of a service's unit, in the order and with the words of NixOS.
{ lib }:
name: service:
let
  value = v: if builtins.isBool v then lib.boolToString v else toString v;
  line =
    key: v:
    if builtins.isList v then map (x: "${key}=${value x}") v else [ "${key}=${value v}" ];
  lines = set: lib.concatLists (lib.mapAttrsToList line set);
  listed = key: names: lib.optional (names != [ ]) "${key}=${lib.concatStringsSep " " names}";
  environment = service.environment // {
    PATH = lib.concatStringsSep ":" (
      lib.unique (
        lib.concatMap (package: [
          "${package}/bin"
          "${package}/sbin"
        ]) service.path
      )
    );
  };
  script = lib.optional (service.script != "") (
    "ExecStart=/bin/sh -c "
    + builtins.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON service.script)
  );
in
lib.concatStringsSep "\n" (
  [ "[Unit]" ]
  ++ listed "After" service.after
  ++ listed "Before" service.before
  ++ [ "Description=${service.description}" ]
  ++ listed "Documentation" service.documentation
  ++ listed "Wants" service.wants
  ++ lines service.unitConfig
  ++ [
    ""
    "[Service]"
  ]
  ++ lib.mapAttrsToList (key: v: "Environment=${builtins.toJSON "${key}=${v}"}") environment
  ++ lib.optional (!service.restartIfChanged) "X-RestartIfChanged=false"
  ++ lib.optional (!service.stopIfChanged) "X-StopIfChanged=false"
  ++ lines service.serviceConfig
  ++ script
  ++ [
    ""
    # NixOS makes links instead, at once with the unit.
    "[Install]"
  ]
  ++ listed "WantedBy" service.wantedBy
  ++ [ "" ]
)
