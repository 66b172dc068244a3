# What the modules and their tests rely on, of either lib: the stand-in or that of nixpkgs. Gives a
# list of { name, expected, actual }, with values as JSON.
{ lib, ... }:
let
  inherit (lib) mkOption types;

  json = builtins.toJSON;
  is = name: expected: value: {
    inherit name expected;
    actual = json value;
  };
  # That its evaluation throws.
  refused = name: value: is "refused: ${name}" "false" (evaluates value);
  evaluates = value: (builtins.tryEval (builtins.deepSeq value true)).success;
  words = lib.concatStringsSep " ";

  configOf = modules: (lib.evalModules { inherit modules; }).config;
  optionsOf = modules: (lib.evalModules { inherit modules; }).options;

  option = type: mkOption { inherit type; };
  withDefault = type: default: mkOption { inherit type default; };
  number = option types.int;
  list.options.list = option (types.listOf types.str);

  # The value of an option with these definitions, each in a module of its own.
  merged =
    type: definitions:
    let
      declaration.options.value = option type;
      definition = value: { config = { inherit value; }; };
    in
    (configOf ([ declaration ] ++ map definition definitions)).value;
  # Which of these values an option of the type takes.
  allowed = type: lib.filter (value: evaluates (merged type [ value ]));

  hello = {
    type = "derivation";
    name = "hello-1.0";
    outPath = "/nix/store/00000000000000000000000000000000-hello-1.0";
  };

  modules = [
    (is "settings below `config' or alone" ''{"a":{"b":1,"c":2}}'' (configOf [
      {
        options.a.b = number;
        options.a.c = number;
      }
      { a.b = 1; }
      { config.a.c = 2; }
    ]))
    (is "the arguments of a module" ''{"number":2,"text":"2 true special special"}'' (
      let
        module =
          {
            config,
            lib,
            options,
            special,
            specialArgs,
            unused,
            ...
          }:
          {
            options.number = number;
            options.text = option types.str;
            config.number = 2;
            config.text = words [
              (toString config.number)
              (lib.boolToString (options ? number))
              special
              specialArgs.special
            ];
          };
      in
      (lib.evalModules {
        modules = [ module ];
        specialArgs.special = "special";
      }).config
    ))
    (is "what no module declares can be asked for" ''{"services":{"here":"null false true"}}'' (
      configOf [
        (
          { config, options, ... }:
          {
            options.services.here = option types.str;
            config.services.here = words [
              (json (config.services.absent.port or null))
              (lib.boolToString (options.services ? absent))
              (lib.boolToString (options.services ? here))
            ];
          }
        )
      ]
    ))
    (is "a file counts once" ''{"environment":{"persistence":{}}}'' (configOf [
      ./persistence.nix
      {
        imports = [
          ./persistence.nix
          (toString ./persistence.nix)
        ];
      }
    ]))
    (is "a key counts once" ''{"list":["once"]}'' (
      let
        keyed = {
          key = "keyed";
          list = [ "once" ];
        };
      in
      configOf [
        list
        keyed
        { imports = [ keyed ]; }
      ]
    ))
    (is "the order of what imports define" ''{"list":["d","c","b","a"]}'' (configOf [
      {
        list = [ "a" ];
        imports = [
          list
          {
            list = [ "c" ];
            imports = [ { list = [ "d" ]; } ];
          }
        ];
      }
      (_: { list = [ "b" ]; })
    ]))
    (is "a module may be conditional as a whole" ''{"a":1,"on":true}'' (configOf [
      {
        options.on = withDefault types.bool true;
        options.a = withDefault types.int 0;
      }
      ({ config, lib, ... }: lib.mkIf config.on { a = 1; })
    ]))
    (is "meta is for an option of that name" ''{"meta":{"doc":"text"}}'' (configOf [
      { options.meta.doc = option types.str; }
      {
        options = { };
        meta.doc = "text";
      }
    ]))
    (refused "what is not declared" (configOf [
      { options.a = withDefault types.int 1; }
      { b = 1; }
    ]))
    (refused "what is not declared, next to an option" (
      (configOf [
        { options.a.b = withDefault types.int 1; }
        { a.c = 1; }
      ]).a.b
    ))
    (refused "what is not declared, of a condition that does not hold" (
      (configOf [
        { options.a = withDefault types.int 1; }
        { b = lib.mkIf false 1; }
      ]).a
    ))
    (refused "options of modules that define what is not declared" (
      optionsOf [
        { options.a = number; }
        { b = 1; }
      ] ? a
    ))
    (refused "a value in place of a set of options" (configOf [
      { options.a.b = number; }
      { a = 1; }
    ]))
    (refused "settings next to `config'" (configOf [
      {
        options.a = number;
        config.a = 1;
        a = 1;
      }
    ]))
    (refused "a list as a module" (configOf [ { imports = [ [ ] ]; } ]))
    (refused "a type as a module" (configOf [ { imports = [ types.int ]; } ]))
    (refused "mkMerge as a module" (configOf [ (lib.mkMerge [ ]) ]))
    (refused "a type as an option" (configOf [ { options.a = types.int; } ]))
    (refused "a number as an option" (configOf [ { options.a = 1; } ]))
    (refused "an option within an option" (configOf [
      { options.a = number; }
      { options.a.b = number; }
      { a = 1; }
    ]))
    (refused "two options of one name" (configOf [
      { options.a = withDefault types.int 1; }
      { options.a = withDefault types.int 1; }
    ]))
  ];

  values = [
    (is "a default" ''{"a":1}'' (configOf [ { options.a = withDefault types.int 1; } ]))
    (is "apply" ''{"a":"<1>"}'' (configOf [
      {
        options.a = mkOption {
          type = types.int;
          apply = a: "<${toString a}>";
        };
        config.a = 1;
      }
    ]))
    (is "a missing value matters only where it is used" "1" (
      (configOf [
        {
          options.a = number;
          options.b = number;
          config.b = 1;
        }
      ]).b
    ))
    (is "an unused default is not evaluated" ''{"a":1}'' (configOf [
      {
        options.a = withDefault types.int (throw "unused");
        config.a = 1;
      }
    ]))
    (refused "a missing value" (configOf [ { options.a.b = number; } ]))
    (refused "a value that a condition takes away" (configOf [
      {
        options.a = number;
        config.a = lib.mkIf false 1;
      }
    ]))
    (refused "a value of another type" (configOf [
      { options.a.b = number; }
      { a.b = "1"; }
    ]))
    (refused "a default of another type" (configOf [ { options.a = withDefault types.int "1"; } ]))
    (is "one value for what is read-only" ''{"a":1}'' (configOf [
      {
        options.a = mkOption {
          type = types.int;
          readOnly = true;
        };
        config.a = 1;
      }
    ]))
    (refused "a second value for what is read-only" (configOf [
      {
        options.a = mkOption {
          default = 1;
          readOnly = true;
        };
        config.a = 1;
      }
    ]))
    (is "equal values" "1" (merged types.int [
      1
      1
    ]))
    (refused "different values" (merged types.int [
      1
      2
    ]))

    (is "a condition on another option" ''{"on":true,"text":"b"}'' (configOf [
      (
        { config, ... }:
        {
          options.on = withDefault types.bool false;
          options.text = withDefault types.str "a";
          config = lib.mkIf config.on { text = "b"; };
        }
      )
      { on = true; }
    ]))
    (is "what a false condition holds is not evaluated" "[1]" (merged (types.listOf types.int) [
      (lib.mkIf false (throw "unused"))
      [ 1 ]
    ]))
    (is "conditions in a list" "[1,3]" (merged (types.listOf types.int) [
      [
        1
        (lib.mkIf false 2)
        (lib.mkIf true 3)
      ]
    ]))
    (is "mkMerge within mkIf within mkMerge" "[2,3,1]" (merged (types.listOf types.int) [
      (lib.mkMerge [
        (lib.mkIf true (lib.mkMerge [
          [ 2 ]
          [ 3 ]
        ]))
        (lib.mkIf false [ 4 ])
        [ 1 ]
      ])
    ]))
    (refused "mkIf of what is not a boolean" (merged types.int [ (lib.mkIf "yes" 1) ]))

    (is "mkForce" ''"force"'' (merged types.str [
      "plain"
      (lib.mkForce "force")
      (lib.mkDefault "default")
    ]))
    (is "mkDefault" ''"plain"'' (merged types.str [
      (lib.mkDefault "default")
      "plain"
    ]))
    (is "mkOptionDefault" ''"default"'' (merged types.str [
      (lib.mkOptionDefault "option")
      (lib.mkDefault "default")
    ]))
    (is "mkOverride" ''"10"'' (merged types.str [
      (lib.mkOverride 11 "11")
      (lib.mkOverride 10 "10")
      (lib.mkForce "50")
    ]))
    (is "a priority of a set of options" ''{"s":{"a":1,"b":0}}'' (configOf [
      {
        options.s.a = number;
        options.s.b = withDefault types.int 0;
      }
      { s = lib.mkForce { a = 1; }; }
      { s.a = 2; }
    ]))
    (is "a priority of one attribute" ''{"a":1,"b":2}'' (merged (types.attrsOf types.int) [
      {
        a = lib.mkDefault 0;
        b = lib.mkDefault 2;
      }
      { a = 1; }
    ]))
    (is "mkForce of a list" "[2]" (merged (types.listOf types.int) [
      [ 1 ]
      (lib.mkForce [ 2 ])
    ]))
    (is "a default joins nothing" ''{"a":[2]}'' (configOf [
      {
        options.a = withDefault (types.listOf types.int) [ 1 ];
        config.a = [ 2 ];
      }
    ]))

    (is "order of a list" "[1,2,3,4,5,6]" (merged (types.listOf types.int) [
      (lib.mkAfter [ 5 ])
      [ 4 ]
      (lib.mkOrder 1 [ 1 ])
      (lib.mkOrder 9000 [ 6 ])
      [ 3 ]
      (lib.mkBefore [ 2 ])
    ]))
    (is "order of lines" ''"before\na\nafter"'' (merged types.lines [
      (lib.mkAfter "after")
      "a"
      (lib.mkBefore "before")
    ]))
    (is "order within a priority" "[2,1]" (merged (types.listOf types.int) [
      (lib.mkForce (lib.mkAfter [ 1 ]))
      (lib.mkForce [ 2 ])
      [ 3 ]
    ]))
  ];

  scalars = with types; [
    str
    int
    bool
  ];
  mixed = [
    "a"
    1
    true
    null
  ];
  numbers = [
    (-1)
    0
    1
    80
    65535
    65536
    "1"
    null
    1.5
    true
  ];
  texts = [
    ""
    " "
    "a"
    "a\n"
    "a\nb"
    "/a"
    "b/"
    1
    null
    [ ]
  ];

  merges = [
    (is "bool" "[true]" (allowed types.bool numbers))
    (is "int" "[-1,0,1,80,65535,65536]" (allowed types.int numbers))
    (is "ints.positive" "[1,80,65535,65536]" (allowed types.ints.positive numbers))
    (is "ints.unsigned" "[0,1,80,65535,65536]" (allowed types.ints.unsigned numbers))
    (is "ints.between" "[0,1]" (allowed (types.ints.between 0 79) numbers))
    (is "port" "[0,1,80,65535]" (allowed types.port numbers))

    (is "str" ''[""," ","a","a\n","a\nb","/a","b/"]'' (allowed types.str texts))
    (is "nonEmptyStr" ''["a","a\n","a\nb","/a","b/"]'' (allowed types.nonEmptyStr texts))
    (is "singleLineStr" ''[""," ","a","a\n","/a","b/"]'' (allowed types.singleLineStr texts))
    (is "singleLineStr without its end" ''"a"'' (merged types.singleLineStr [
      "a\n"
      "a\n"
    ]))
    (is "strMatching" ''["a"]'' (allowed (types.strMatching "[a-z]") texts))
    (is "lines" ''"b\na"'' (merged types.lines [
      "a"
      "b"
    ]))

    (is "path" ''["/a"]'' (allowed types.path texts))
    (is "path: as such" ''"path"'' (builtins.typeOf (merged types.path [ ./lib.nix ])))
    (is "package" ''"hello-1.0"'' (merged types.package [ hello ]).name)
    (is "package: texts" "[]" (allowed types.package texts))
    (refused "the same package twice" (merged types.package [
      hello
      hello
    ]))
    (is "enum" ''["a",1,null]'' (allowed (types.enum mixed) texts))

    (is "nullOr" "[0,1,80,65535,null]" (allowed (types.nullOr types.port) numbers))
    (is "nullOr: null twice" "null" (merged (types.nullOr types.int) [
      null
      null
    ]))
    (refused "null and a value" (merged (types.nullOr types.int) [
      null
      1
    ]))
    (is "either" ''["1",null]'' (allowed (types.either types.str (types.enum [ null ])) numbers))
    (is "oneOf" ''[-1,0,1,80,65535,65536,"1",true]'' (allowed (types.oneOf scalars) numbers))
    (is "either: merged as the type that fits" "[2,1]" (
      merged (types.either types.str (types.listOf types.int)) [
        [ 1 ]
        [ 2 ]
      ]
    ))
    (refused "both types of either" (merged (types.either types.str types.int) [
      "a"
      1
    ]))
    (refused "two types of oneOf" (merged (types.oneOf scalars) [
      "a"
      1
    ]))

    (is "listOf" "[[],[1]]" (allowed (types.listOf types.int) [
      [ ]
      [ 1 ]
      [ "1" ]
      1
      { }
    ]))
    (is "nonEmptyListOf" "[[1]]" (allowed (types.nonEmptyListOf types.int) [
      [ ]
      [ 1 ]
      [ "1" ]
    ]))
    (is "attrsOf" ''[{},{"a":1}]'' (allowed (types.attrsOf types.int) [
      { }
      { a = 1; }
      { a = "1"; }
      [ ]
    ]))
    (is "attrsOf: of more modules" ''{"a":[2,1],"b":[3]}'' (
      merged (types.attrsOf (types.listOf types.int)) [
        { a = [ 1 ]; }
        {
          a = [ 2 ];
          b = [ 3 ];
        }
      ]
    ))
    (is "attrsOf: what conditions leave" ''["a"]'' (lib.attrNames (
      merged (types.attrsOf types.int) [
        {
          a = 1;
          b = lib.mkIf false 2;
        }
      ]
    )))
    (is "lazyAttrsOf: names without conditions" ''["a","b"]'' (lib.attrNames (
      merged (types.lazyAttrsOf types.int) [
        {
          a = 1;
          b = lib.mkIf (throw "unused") 2;
        }
      ]
    )))
    (is "lazyAttrsOf: what can be empty" ''{"a":null}'' (
      merged (types.lazyAttrsOf (types.nullOr types.int)) [ { a = lib.mkIf false 2; } ]
    ))
    (is "lazyAttrsOf: what is empty" ''{"a":[]}'' (
      merged (types.lazyAttrsOf (types.listOf types.int)) [ { a = lib.mkIf false [ 2 ]; } ]
    ))
    (refused "lazyAttrsOf: what cannot be empty" (merged (types.lazyAttrsOf types.int) [
      { a = lib.mkIf false 2; }
    ]))
    (is "addCheck" "[80]" (allowed (types.addCheck types.int (x: x == 80)) numbers))

    (is "anything" ''{"a":{"b":1,"c":[1]},"d":"d"}'' (merged types.anything [
      { a.b = 1; }
      {
        a.c = [ 1 ];
        d = lib.mkDefault "d";
      }
      { a = lib.mkIf true { b = 1; }; }
    ]))
    (is "anything: functions" ''{"a":1,"b":2}'' (
      merged
        types.anything
        [
          (x: { a = x; })
          (x: { b = x + 1; })
        ]
        1
    ))
    (refused "anything: different lists" (merged types.anything [
      [ 1 ]
      [ 2 ]
    ]))
    (refused "anything: a list and a set" (merged types.anything [
      [ 1 ]
      { }
    ]))
    (is "raw" ''"a"'' (merged types.raw [ "a" ]))
    (refused "raw twice" (merged types.raw [
      "a"
      "a"
    ]))
    (is "unspecified: lists" "[2,1]" (merged types.unspecified [
      [ 1 ]
      [ 2 ]
    ]))
    (is "unspecified: sets" ''{"a":1,"b":2}'' (merged types.unspecified [
      { a = 1; }
      { b = 2; }
    ]))
    (is "unspecified: texts" ''"ba"'' (merged types.unspecified [
      "a"
      "b"
    ]))
    (is "unspecified: booleans" "true" (merged types.unspecified [
      false
      true
    ]))
    (is "unspecified: equal numbers" "1" (merged types.unspecified [
      1
      1
    ]))
    (refused "unspecified: a list and a set" (merged types.unspecified [
      [ 1 ]
      { }
    ]))
    (refused "unspecified: a text and a number" (merged types.unspecified [
      "1"
      1
    ]))
    (refused "unspecified: different numbers" (merged types.unspecified [
      1
      2
    ]))
    (is "an option without a type" ''{"a":[1,2]}'' (configOf [
      {
        options.a = mkOption { };
        config.a = lib.mkMerge [
          [ 1 ]
          [ 2 ]
        ];
      }
    ]))
  ];

  hosts = types.attrsOf (types.submodule (
    { config, name, ... }:
    {
      options.name = withDefault types.str name;
      options.port = withDefault types.port 80;
      options.address = withDefault types.str "${config.name}:${toString config.port}";
      options.tags = withDefault (types.listOf types.str) [ ];
    }
  ));
  numbered = types.submodule { options.number = number; };
  open = types.submodule {
    freeformType = types.attrsOf types.int;
    options.text = withDefault types.str "text";
    options.below.number = withDefault types.int 1;
  };

  submodules = [
    (is "submodule: defaults" ''{"web":{"address":"web:80","name":"web","port":80,"tags":[]}}'' (
      merged hosts [ { web = { }; } ]
    ))
    (is "submodule: merged" ''{"address":"db:81","name":"db","port":81,"tags":["a","b"]}'' (
      (merged hosts [
        { web.tags = [ "a" ]; }
        { web.port = 81; }
        {
          web = {
            name = "db";
            tags = [ "b" ];
          };
        }
      ]).web
    ))
    (is "submodule: properties" ''"a:90 b:91"'' (
      let
        value = merged hosts [
          {
            a.port = lib.mkDefault 1;
            b = lib.mkIf true { port = 91; };
          }
          (lib.mkIf true { a.port = 90; })
        ];
      in
      "${value.a.address} ${value.b.address}"
    ))
    (is "submodule: defined by a function" ''["web","web:1"]'' (
      (merged hosts [
        {
          web =
            { config, name, ... }:
            {
              config.port = 1;
              config.tags = [
                name
                config.address
              ];
            };
        }
      ]).web.tags
    ))
    (is "submodule: defined by a file" ''{"environment":{"persistence":{}}}'' (
      merged (types.submodule { }) [ ./persistence.nix ]
    ))
    (is "submodule: a list of modules" ''{"a":1,"number":2}'' (
      merged
        (types.submodule [
          { options.a = withDefault types.int 1; }
          { options.number = number; }
        ])
        [ { number = 2; } ]
    ))
    (is "submodule: in a list" ''[{"number":1},{"number":2}]'' (merged (types.listOf numbered) [
      [
        { number = 1; }
        { number = 2; }
      ]
    ]))
    (is "submodule: in a submodule" ''{"inner":{"number":2}}'' (
      merged (types.submodule { options.inner = option numbered; }) [
        { inner.number = lib.mkForce 2; }
        { inner.number = 1; }
      ]
    ))
    (is "submodule: an option named `config'" ''{"config":1}'' (
      merged (types.submodule { options.config = number; }) [ { config = 1; } ]
    ))
    (refused "submodule: what is not declared" (merged hosts [ { web.absent = 1; } ]))
    (refused "submodule: another type" (merged hosts [ { web.port = "80"; } ]))
    (refused "submodule: a missing value" (merged numbered [ { } ]))
    (refused "submodule: a list" (merged hosts [ { web = [ ]; } ]))

    (is "freeform" ''{"below":{"number":1},"other":2,"text":"text"}'' (merged open [
      { other = 2; }
    ]))
    (is "freeform: no definition" ''{"below":{"number":1},"text":"text"}'' (merged open [ { } ]))
    (is "freeform: an option" ''"a"'' (merged open [ { text = "a"; } ]).text)
    (is "freeform: properties" "1" (
      (merged open [
        { other = lib.mkDefault 2; }
        { other = lib.mkIf true 1; }
      ]).other
    ))
    (is "freeform: next to an option" ''{"a":{"b":1,"c":2,"d":3}}'' (configOf [
      {
        freeformType = types.attrsOf types.anything;
        options.a.b = withDefault types.int 1;
      }
      { a.c = 2; }
      { a.d = 3; }
    ]))
    (refused "freeform: another type" (merged open [ { other = "a"; } ]))
    (refused "freeform: another type next to an option" (merged open [ { below.other = 1; } ]))
    (refused "freeform: another type of an option" (merged open [ { text = 1; } ]))
  ];

  documented = optionsOf [
    {
      _file = "here";
      options.a.b = mkOption {
        type = types.listOf types.str;
        default = [ "a" ];
        defaultText = lib.literalExpression "[ ]";
        description = "text";
        example = [ "b" ];
        internal = true;
        visible = false;
      };
      options.a.c = number;
      options.a."d.e" = lib.mkEnableOption "it";
    }
    {
      _file = "there";
      a.b = [ "b" ];
    }
    { a.b = lib.mkIf false [ "c" ]; }
  ];
  inherit (documented) a;

  introspection = [
    (is "isOption" "[true,false]" (map lib.isOption [
      a.b
      a
    ]))
    (is "an option: its place" ''["a","b"]'' a.b.loc)
    (is "an option: its files" ''[["here"],["there"]]'' [
      a.b.declarations
      a.b.files
    ])
    (is "an option: its values" ''[true,["a"],["b"],[["b"]]]'' [
      a.b.isDefined
      a.b.default
      a.b.value
      a.b.definitions
    ])
    (is "an option: its documentation" ''["text","[ ]","literalExpression",["b"],true,false]'' [
      a.b.description
      a.b.defaultText.text
      a.b.defaultText._type
      a.b.example
      a.b.internal
      a.b.visible
    ])
    (is "an option: without a value" "false" a.c.isDefined)
    (is "mkEnableOption" ''["Whether to enable it.","boolean",true,false]'' [
      a."d.e".description
      a."d.e".type.description
      a."d.e".example
      a."d.e".value
    ])
    (is "options as texts" ''["a.b","a.c","a.\"d.e\""]'' (map toString (
      lib.collect lib.isOption a
    )))
    (is "options of submodules" ''["x.<name>.port","x.*.number","x.number"]'' [
      (toString (hosts.getSubOptions [ "x" ]).port)
      (toString ((types.listOf numbered).getSubOptions [ "x" ]).number)
      (toString ((types.nullOr numbered).getSubOptions [ "x" ]).number)
    ])
    (is "options of other types" "[{},{}]" [
      ((types.listOf types.str).getSubOptions [ ])
      ((types.either types.str numbered).getSubOptions [ ])
    ])
    (refused "literalExpression of a number" (lib.literalExpression 1))
  ];

  describes = type: text: is "description: ${text}" (json text) type.description;
  descriptions = with types; [
    (describes bool "boolean")
    (describes int "signed integer")
    (describes ints.positive "positive integer, meaning >0")
    (describes ints.unsigned "unsigned integer, meaning >=0")
    (describes (ints.between 0 9) "integer between 0 and 9 (both inclusive)")
    (describes port "16 bit unsigned integer; between 0 and 65535 (both inclusive)")
    (describes str "string")
    (describes nonEmptyStr "non-empty string")
    (describes singleLineStr "(optionally newline-terminated) single-line string")
    (describes (strMatching "a|b") "string matching the pattern a|b")
    (describes lines ''strings concatenated with "\n"'')
    (describes path "absolute path")
    (describes package "package")
    (describes (enum [ ]) "impossible (empty enum)")
    (describes (enum [ "a" ]) ''value "a" (singular enum)'')
    (describes (enum mixed) ''one of "a", 1, true, <null>'')
    (describes (nullOr str) "null or string")
    (describes (nullOr ints.positive) "null or (positive integer, meaning >0)")
    (describes (nullOr (listOf str)) "null or (list of string)")
    (describes (nullOr (enum mixed)) ''null or one of "a", 1, true, <null>'')
    (describes (nullOr (either str bool)) "null or string or boolean")
    (describes (either str (listOf str)) "string or list of string")
    (describes (either (listOf str) str) "(list of string) or string")
    (describes (either ints.positive str) "positive integer, meaning >0, or string")
    (describes (either str ints.positive) "string or (positive integer, meaning >0)")
    (describes (oneOf scalars) "string or signed integer or boolean")
    (describes (listOf str) "list of string")
    (describes (listOf (nullOr str)) "list of (null or string)")
    (describes (listOf (enum [ "a" ])) ''list of value "a" (singular enum)'')
    (describes (listOf ints.positive) "list of (positive integer, meaning >0)")
    (describes (listOf (listOf port)) "list of list of ${port.description}")
    (describes (nonEmptyListOf str) "non-empty (list of string)")
    (describes (attrsOf (submodule { })) "attribute set of (submodule)")
    (describes (lazyAttrsOf (attrsOf str)) "lazy attribute set of attribute set of string")
    (describes (submodule { }) "submodule")
    (describes open "open submodule of attribute set of signed integer")
    (describes anything "anything")
    (describes raw "raw value")
    (describes unspecified "unspecified value")
    (is "names of types" ''["strMatching \"a\"","intBetween","unsignedInt16","separatedString"]'' [
      (strMatching "a").name
      (ints.between 0 1).name
      port.name
      lines.name
    ])
  ];

  ab = [
    "a"
    "b"
  ];
  counted = [
    1
    2
    3
  ];
  nested = [
    1
    [
      2
      [ 3 ]
    ]
  ];
  context = text: lib.attrNames (builtins.getContext text);
  stored = derivation {
    name = "stored";
    builder = "/bin/sh";
    system = "x86_64-linux";
  };

  helpers = [
    (
      is
        "toINI"
        ''"[a]\nb=1\nc=true\nd=1.500000\ne=${hello.outPath}\n\n[f\\[g\\]]\nh\\=i=null\nj=\"k\"\n"''
        (lib.generators.toINI { } {
          a = {
            b = 1;
            c = true;
            d = 1.5;
            e = hello;
          };
          "f[g]" = {
            "h=i" = null;
            j = ''"k"'';
          };
        })
    )
    (is "toINI: lists" ''"[a]\nb=1\nb=2\nc=3\n"'' (
      lib.generators.toINI { listsAsDuplicateKeys = true; } {
        a = {
          b = [
            1
            2
          ];
          c = 3;
        };
      }
    ))
    (is "toINI: empty" ''["","[a]\n"]'' [
      (lib.generators.toINI { } { })
      (lib.generators.toINI { } { a = { }; })
    ])
    (is "toINI: other signs" ''"[A]\nb: <1>\n"'' (
      lib.generators.toINI
        {
          mkSectionName = lib.toUpper;
          mkKeyValue =
            lib.generators.mkKeyValueDefault { mkValueString = v: "<${toString v}>"; } ": ";
        }
        { a.b = 1; }
    ))

    (is "escape" ''"\\$a\\\"b"'' (lib.escape (lib.splitString " " ''$ "'') ''$a"b''))
    (is "escapeShellArg" (json "'it'\\''s' a/b.c 'a b' '' 1 '/*'") (lib.escapeShellArgs [
      "it's"
      "a/b.c"
      "a b"
      ""
      1
      "/*"
    ]))
    (is "splitString" ''[["a","b.c",""],["a"],[""]]'' [
      (lib.splitString "-" "a-b.c-")
      (lib.splitString "." "a")
      (lib.splitString "." "")
    ])
    (is "splitString keeps the context" "[1,1]" (map (part: lib.length (context part)) (
      lib.splitString "-stored" "${stored}"
    )))
    (is "prefixes and suffixes" "[true,false,false,true,false,true]" [
      (lib.hasPrefix "a" "ab")
      (lib.hasPrefix "b" "ab")
      (lib.hasPrefix "ab" "a")
      (lib.hasSuffix "b" "ab")
      (lib.hasSuffix "ab" "b")
      (lib.hasSuffix "ab" "ab")
    ])
    (is "without prefixes and suffixes" ''["b","ab","a","ab","ab"]'' [
      (lib.removePrefix "a" "ab")
      (lib.removePrefix "b" "ab")
      (lib.removeSuffix "b" "ab")
      (lib.removeSuffix "a" "ab")
      (lib.removeSuffix "" "ab")
    ])
    (is "hasInfix" "[true,false,true]" [
      (lib.hasInfix "b.c" "ab.cd")
      (lib.hasInfix "b.c" "abxcd")
      (lib.hasInfix "\n" "a\nb")
    ])
    (is "trim" ''["a b","",""]'' (map lib.trim [
      "\t a b \r\n"
      " \n"
      ""
    ]))
    (is "cases" ''["ÄAB 1","Äab 1"]'' [
      (lib.toUpper "ÄaB 1")
      (lib.toLower "ÄaB 1")
    ])
    (is "concatenation" ''["a\nb\n","","ab","1,2,3"]'' [
      (lib.concatLines ab)
      (lib.concatLines [ ])
      (lib.concatStrings ab)
      (lib.concatMapStringsSep "," toString counted)
    ])
    (is "toInt" "[1,-2,0]" (map lib.toInt [
      "1"
      " -2 "
      "0"
    ]))
    (refused "toInt of a text" (lib.toInt "1a"))
    (refused "toInt of what may be octal" (lib.toInt "010"))
    (refused "toInt of too large a number" (lib.toInt "99999999999999999999"))
    (is "versions" "[true,true,false,true]" [
      (lib.versionAtLeast "2.34" "2.34")
      (lib.versionAtLeast "2.34.1" "2.8")
      (lib.versionAtLeast "2.8" "2.34")
      (lib.versionOlder "2.34pre1" "2.34")
    ])

    (is "lists" ''[[1,2,3],[2],[1,[2,[3]]],["0a","1b"],["1a","2b"],[2,3],[2],3,[1,2]]'' [
      (lib.flatten nested)
      (lib.flatten 2)
      (lib.unique (nested ++ nested))
      (lib.imap0 (i: x: "${toString i}${x}") ab)
      (lib.imap1 (i: x: "${toString i}${x}") ab)
      (lib.sublist 1 5 counted)
      (lib.toList 2)
      (lib.last counted)
      (lib.init counted)
    ])
    (is "sublist" "[[],[2]]" [
      (lib.sublist 3 1 counted)
      (lib.sublist 1 1 counted)
    ])
    (refused "the last one of none" (lib.last [ ]))
    (refused "all but the last one of none" (lib.init [ ]))
    (is "conditions" ''[[1],[],[2,3],[],{"a":1},{},"a",""]'' [
      (lib.optional true 1)
      (lib.optional false 1)
      (lib.optionals true (lib.tail counted))
      (lib.optionals false counted)
      (lib.optionalAttrs true { a = 1; })
      (lib.optionalAttrs false { a = 1; })
      (lib.optionalString true "a")
      (lib.optionalString false "a")
    ])
    (is "sort and fold" "[[3,2,1],6]" [
      (lib.sort (a: b: a > b) counted)
      (lib.foldl' (a: b: a + b) 0 counted)
    ])

    (is "recursiveUpdate" ''{"a":{"b":2,"c":3,"d":{"e":1}},"f":1}'' (
      lib.recursiveUpdate
        {
          a = {
            b = 1;
            c.x = 1;
          };
          f = 1;
        }
        {
          a = {
            b = 2;
            c = 3;
            d.e = 1;
          };
        }
    ))
    (is "mapping of sets" ''[{"xa":2},["a1"],{"a":"a"},{"b":2}]'' [
      (lib.mapAttrs' (name: value: lib.nameValuePair "x${name}" (value + 1)) { a = 1; })
      (lib.mapAttrsToList (name: value: "${name}${toString value}") { a = 1; })
      (lib.genAttrs [ "a" ] (name: name))
      (lib.filterAttrs (name: value: name != "a" && value > 1) {
        a = 2;
        b = 2;
        c = 1;
      })
    ])
    (is "paths of attributes" ''[1,2,3,true,false,false,{"a":{"b":1}},[1,2]]'' [
      (lib.getAttrFromPath ab { a.b = 1; })
      (lib.attrByPath ab 2 { a = 1; })
      (lib.attrByPath [ ] 2 3)
      (lib.hasAttrByPath ab { a.b = 1; })
      (lib.hasAttrByPath ab { a = 1; })
      (lib.hasAttrByPath [ "a" ] { })
      (lib.setAttrByPath ab 1)
      (lib.collect builtins.isInt {
        a.b = 1;
        c = 2;
        d = "d";
      })
    ])

    (is "functions" ''[1,1,2,true,true,false,{"a":true,"b":false},{"c":false}]'' [
      (lib.id 1)
      (lib.const 1 2)
      (lib.flip lib.const 1 2)
      (lib.isFunction lib.id)
      (lib.isFunction { __functor = _: lib.id; })
      (lib.isFunction { })
      (lib.functionArgs ({ a ? 1, b }: a + b))
      (lib.functionArgs { __functor = _: { c }: c; })
    ])
    (is "throwIf" "[1,1,true]" [
      (lib.throwIf false "no" 1)
      (lib.throwIfNot true "no" 1)
      (lib.assertMsg true "no")
    ])
    (refused "throwIf" (lib.throwIf true "yes" 1))
    (refused "throwIfNot" (lib.throwIfNot false "yes" 1))
    (refused "assertMsg" (lib.assertMsg false "yes"))

    (is "getExe" ''["${hello.outPath}/bin/hi","/out/bin/hello","/bin/bin/hi"]'' [
      (lib.getExe (hello // { meta.mainProgram = "hi"; }))
      (lib.getExe (
        hello
        // {
          outPath = "/out";
          meta.mainProgram = "hello";
        }
      ))
      (lib.getExe (
        hello
        // {
          bin = "/bin";
          meta.mainProgram = "hi";
        }
      ))
    ])
    (is "makeBinPath" ''"/out/bin:/bin/bin:/a/bin"'' (lib.makeBinPath [
      { outPath = "/out"; }
      null
      {
        outPath = "/out";
        bin = "/bin";
      }
      "/a"
    ]))
    (is "meta" ''["MIT","Apache-2.0",true]'' [
      lib.licenses.mit.spdxId
      lib.licenses.asl20.spdxId
      (lib.elem "x86_64-linux" lib.platforms.linux)
    ])
  ];
in
modules ++ values ++ merges ++ submodules ++ introspection ++ descriptions ++ helpers
