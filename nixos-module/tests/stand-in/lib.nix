# A stand-in for the lib of nixpkgs, for tests on machines that cannot have nixpkgs. What is here
# behaves as its namesake there; what is not here is not for the modules to use.
with builtins;
let
  # Texts of errors

  escapeNixString = text: lib.escape [ "$" ] (toJSON text);

  showOption =
    let
      isPlain = part: part == "*" || match "<.*>|[a-zA-Z_][a-zA-Z0-9_'-]*" part != null;
    in
    lib.concatMapStringsSep "." (part: if isPlain part then part else escapeNixString part);

  showFiles = lib.concatMapStringsSep " and " (def: "`${def.file}'");

  showDefs =
    let
      # A set or a list may hold anything, also what cannot be evaluated.
      isShort = value: isString value || isInt value || isBool value || value == null;
      show =
        value:
        let
          shown = tryEval (lib.optionalString (isShort value) ": ${toJSON value}");
        in
        if shown.success then shown.value else "";
    in
    lib.concatMapStringsSep "" (def: "\n- In `${def.file}'${show def.value}");

  fail = loc: text: throw "The option `${showOption loc}' ${text}";
  failDefs =
    loc: text: defs:
    fail loc "${text} Definition values:${showDefs defs}";

  # Properties: mkIf, mkMerge, mkOverride and mkOrder around a value

  isType = type: value: value._type or null == type;

  # Moves the properties of a set to its attributes, so that their names are known before any
  # condition is evaluated. A condition may thus depend on the configuration that it is part of.
  pushDown =
    value:
    let
      under = wrap: set: if isAttrs set then mapAttrs (_: wrap) set else set;
      into = wrap: map (under wrap) (pushDown value.content);
    in
    if isType "merge" value then
      concatMap pushDown value.contents
    else if isType "if" value then
      into (lib.mkIf value.condition)
    else if isType "override" value then
      into (lib.mkOverride value.priority)
    else
      [ value ];

  discharge =
    value:
    if isType "merge" value then
      concatMap discharge value.contents
    else if isType "if" value then
      assert lib.assertMsg (isBool value.condition) "mkIf called with a non-Boolean condition";
      lib.optionals value.condition (discharge value.content)
    else
      [ value ];

  # What is left of an option's definitions: those that apply, of the strongest priority, in order.
  resolve =
    defs:
    let
      level =
        type: default: def:
        if isType type def.value then def.value.priority else default;
      strip =
        type:
        map (def: if isType type def.value then def // { value = def.value.content; } else def);
      priority = level "override" 100;
      order = level "order" 1000;

      applied = concatMap (def: map (value: def // { inherit value; }) (discharge def.value)) defs;
      strongest = foldl' (least: def: lib.min least (priority def)) 9999 applied;
      kept = strip "override" (filter (def: priority def == strongest) applied);
    in
    strip "order" (sort (a: b: order a < order b) kept);

  # Options

  # `either` takes one of its types for all definitions together, beyond what each can be.
  accepts =
    type: defs: all (def: type.check def.value) defs && (type.checkTogether or (_: true)) defs;

  mergeDefs =
    loc: type: defs:
    let
      definitions = resolve defs;
    in
    {
      inherit definitions;
      isDefined = definitions != [ ];
      value =
        if definitions == [ ] then
          fail loc "is used but not defined."
        else if accepts type definitions then
          type.merge loc definitions
        else
          throw (
            "A definition for option `${showOption loc}' is not of type `${type.description}'."
            + " Definition values:${showDefs definitions}"
          );
    };

  evalOption =
    loc: decl: defs:
    let
      option = { type = lib.types.unspecified; } // decl.value;
      default = {
        inherit (decl) file;
        value = lib.mkOptionDefault option.default;
      };
      given = lib.optional (option ? default) default ++ defs;
      merged =
        if option.readOnly or false && length given > 1 then
          failDefs loc "is read-only, but it's set multiple times." given
        else
          mergeDefs loc option.type given;
    in
    option
    // {
      inherit loc;
      inherit (merged) isDefined;
      declarations = [ decl.file ];
      definitions = map (def: def.value) merged.definitions;
      files = map (def: def.file) merged.definitions;
      value = addErrorContext "while evaluating the option `${showOption loc}':" (
        (option.apply or lib.id) merged.value
      );
      __toString = _: showOption loc;
    };

  # Sets of several files as one, of lists of { file, value }.
  zipFiles =
    parts:
    zipAttrsWith (_: values: values) (
      map ({ file, value }: mapAttrs (_: value: { inherit file value; }) value) parts
    );

  # Brings together the options and what is defined at their paths. Gives the options with their
  # values, and the definitions that belong to none.
  matchOptions =
    loc: decls: defs:
    let
      checkDecl =
        decl:
        if isAttrs decl.value && !(decl.value ? _type) then
          decl
        else
          throw "In module ${decl.file}: expected an option declaration at `${showOption loc}`.";
      checkDef =
        def:
        if isAttrs def.value then
          def
        else
          throw (
            "In module `${def.file}', you're trying to define a value of type `${typeOf def.value}'"
            + " rather than an attribute set for the option `${showOption loc}'!"
          );

      declsByName = zipFiles (map checkDecl decls);
      defsByName = zipFiles (
        concatMap (def: map (value: checkDef (def // { inherit value; })) (pushDown def.value)) defs
      );

      results = mapAttrs (
        name: here:
        let
          path = loc ++ [ name ];
          below = defsByName.${name} or [ ];
        in
        if !any (decl: lib.isOption decl.value) here then
          matchOptions path here below
        else if length here == 1 then
          {
            options = evalOption path (head here) below;
            unmatched = [ ];
          }
        else
          throw (
            "The option `${showOption path}' in `${(head here).file}' is already declared"
            + " in ${showFiles (tail here)}."
          )
      ) declsByName;
      undeclared = removeAttrs defsByName (attrNames declsByName);
      unmatched = mapAttrs (_: result: result.unmatched) results // undeclared;
      under = name: map (def: def // { path = [ name ] ++ def.path or [ ]; });
    in
    {
      options = mapAttrs (_: result: result.options) results;
      unmatched = concatLists (lib.mapAttrsToList under unmatched);
    };

  # Modules

  # Gives the modules of one list of imports the same shape. The key is the path where there is one,
  # so that a file counts once, however often it is imported.
  load =
    call: parent:
    lib.imap1 (
      n: module:
      let
        isFile = !(lib.isFunction module || isAttrs module || isList module);
        found = if isFile then import module else module;
        body = if lib.isFunction found then call found else found;
        file = if isFile then toString module else parent.file;
        key = if isFile then toString module else "${parent.key}:anon-${toString n}";

        isModule = !(module ? _type) || isType "if" module || isType "override" module;
        isStructured = body ? config || body ? options;
        settings = removeAttrs body [
          "_class"
          "_file"
          "freeformType"
          "imports"
          "key"
        ];
        unsupported = removeAttrs settings [
          "config"
          "meta"
          "options"
        ];
      in
      if !(isModule && isAttrs body) then
        throw "Module `${key}' in `${file}' does not look like a module."
      else if isStructured && unsupported != { } then
        throw (
          "Module `${key}' has an unsupported attribute `${head (attrNames unsupported)}'."
          + " Next to `config' or `options', settings have to be in `config'."
        )
      else
        {
          key = toString body.key or key;
          file = toString body._file or file;
          imports = body.imports or [ ];
          options = body.options or { };
          config =
            if isStructured then
              lib.mkMerge [
                (body.config or { })
                (lib.optionalAttrs (body ? meta) { inherit (body) meta; })
              ]
            else
              settings;
          freeformTypes = lib.optional (body ? freeformType) body.freeformType;
        }
    );

  # extraArgs: given only to the modules that ask for them by name.
  evaluate =
    loc: specialArgs: extraArgs: modules:
    let
      args = {
        inherit
          config
          lib
          options
          specialArgs
          ;
      }
      // specialArgs;
      # Fails only when it is used, as a module may ask for what it does not need.
      missing = name: throw "The module argument `${name}' is not given.";
      argument = name: _: args.${name} or extraArgs.${name} or (missing name);
      call = function: function (args // mapAttrs argument (lib.functionArgs function));

      root = {
        file = "<unknown-file>";
        key = "";
      };
      # The later module comes first, as in nixpkgs: the order of merged lists depends on it.
      loaded = foldl' (later: module: [ module ] ++ later) [ ] (genericClosure {
        startSet = load call root modules;
        operator = module: load call module module.imports;
      });
      parts =
        name:
        map (module: {
          inherit (module) file;
          value = module.${name};
        }) loaded;

      matched = matchOptions loc (parts "options") (parts "config");
      inherit (matched) options unmatched;
      values = mapAttrs (_: node: if lib.isOption node then node.value else values node);

      freeformTypes = concatMap (module: module.freeformTypes) loaded;
      freeformType =
        if length freeformTypes > 1 then
          throw "The freeformType of `${showOption loc}' is set more than once."
        else
          head (freeformTypes ++ [ null ]);
      free = map (def: {
        inherit (def) file;
        value = lib.setAttrByPath def.path def.value;
      }) unmatched;
      config =
        if freeformType == null || free == [ ] then
          values options
        else
          lib.recursiveUpdate (freeformType.merge loc free) (values options);

      checked =
        if freeformType == null && unmatched != [ ] then
          failDefs (loc ++ (head unmatched).path) "does not exist." [ (head unmatched) ]
        else
          true;
    in
    {
      inherit freeformType;
      config = seq checked config;
      options = seq checked options;
    };

  # Types

  mkType =
    attrs:
    {
      _type = "option-type";
      description = attrs.name;
      descriptionClass = "noun";
      check = _: true;
      merge = mergeEqual;
      emptyValue = { };
      getSubOptions = _: { };
    }
    // attrs;
  simple = name: description: check: mkType { inherit name description check; };

  # The description as part of another one: in parentheses unless it is of one of these classes.
  describe =
    classes: type:
    let
      fits = match classes type.descriptionClass != null;
    in
    if fits then type.description else "(${type.description})";
  describeItem = describe "noun|composite";
  describeChoice = describe "noun|conjunction";

  mergeOne =
    loc: defs:
    if length defs == 1 then
      (head defs).value
    else
      failDefs loc "is defined multiple times while it's expected to be unique." defs;

  mergeEqual =
    loc: defs:
    let
      first = head defs;
      others = filter (def: def.value != first.value) (tail defs);
    in
    if others == [ ] then
      first.value
    else
      fail loc "has conflicting definition values:${showDefs ([ first ] ++ others)}";

  # Of options without a type.
  mergeByKind =
    loc: defs:
    let
      values = map (def: def.value) defs;
    in
    if length values == 1 then
      head values
    else if all isList values then
      concatLists values
    else if all isAttrs values then
      foldl' (merged: value: merged // value) { } values
    else if all isBool values then
      any lib.id values
    else if all isString values then
      lib.concatStrings values
    else if all isInt values && length (lib.unique values) == 1 then
      head values
    else
      throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs defs}";

  range = low: high: "${toString low} and ${toString high} (both inclusive)";

  attrsType =
    name: phrase: isKept: elemType:
    mkType {
      inherit name;
      description = "${phrase} of ${describeItem elemType}";
      descriptionClass = "composite";
      check = isAttrs;
      merge =
        loc: defs:
        let
          merged = mapAttrs (name: mergeDefs (loc ++ [ name ]) elemType) (zipFiles defs);
          value =
            entry:
            if entry.isDefined then entry.value else elemType.emptyValue.value or entry.value;
        in
        mapAttrs (_: value) (lib.filterAttrs (_: isKept) merged);
      emptyValue.value = { };
      getSubOptions = loc: elemType.getSubOptions (loc ++ [ "<name>" ]);
    };

  # Strings and packages

  characters = text: genList (i: substring i 1 text) (stringLength text);
  lowerChars = characters "abcdefghijklmnopqrstuvwxyz";
  upperChars = characters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  escapeRegex = lib.escape (characters "\\[{()^$?*+|.");

  isDerivation = value: value.type or null == "derivation";
  isStringLike = value: isString value || isPath value || value ? outPath || value ? __toString;
  isStorePath = value: isStringLike value && dirOf (toString value) == storeDir;

  lib = rec {
    inherit (builtins)
      all
      any
      attrNames
      attrValues
      concatLists
      concatMap
      concatStringsSep
      elem
      filter
      foldl'
      head
      isAttrs
      isList
      isPath
      isString
      length
      listToAttrs
      mapAttrs
      match
      replaceStrings
      sort
      stringLength
      substring
      tail
      ;

    # Functions and conditions

    id = x: x;
    const = x: _: x;
    flip =
      f: a: b:
      f b a;
    min = a: b: if a < b then a else b;
    isFunction = f: builtins.isFunction f || (f ? __functor && builtins.isFunction (f.__functor f));
    functionArgs =
      f:
      if f ? __functor then
        f.__functionArgs or (builtins.functionArgs (f.__functor f))
      else
        builtins.functionArgs f;
    throwIf = condition: message: if condition then throw message else id;
    throwIfNot = condition: throwIf (!condition);
    assertMsg = condition: message: condition || throw message;
    boolToString = bool: if bool then "true" else "false";

    # Lists

    optional = condition: item: optionals condition [ item ];
    optionals = condition: items: if condition then items else [ ];
    toList = value: if isList value then value else [ value ];
    unique = foldl' (seen: item: if elem item seen then seen else seen ++ [ item ]) [ ];
    flatten = value: if isList value then concatMap flatten value else [ value ];
    imap0 = f: list: genList (i: f i (elemAt list i)) (length list);
    imap1 = f: imap0 (i: f (i + 1));
    sublist =
      start: count: list:
      concatLists (imap0 (i: optional (i >= start && i < start + count)) list);
    last =
      list:
      assert assertMsg (list != [ ]) "lists.last: list must not be empty!";
      elemAt list (length list - 1);
    init =
      list:
      assert assertMsg (list != [ ]) "lists.init: list must not be empty!";
      sublist 0 (length list - 1) list;

    # Sets

    optionalAttrs = condition: set: if condition then set else { };
    nameValuePair = name: value: { inherit name value; };
    genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
    mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
    mapAttrsToList = f: set: attrValues (mapAttrs f set);
    filterAttrs =
      keep: set:
      listToAttrs (filter (pair: keep pair.name pair.value) (mapAttrsToList nameValuePair set));
    recursiveUpdate =
      old: new:
      let
        update =
          name: value:
          if isAttrs value && isAttrs (old.${name} or null) then
            recursiveUpdate old.${name} value
          else
            value;
      in
      old // mapAttrs update new;
    collect =
      isWanted: value:
      if isWanted value then
        [ value ]
      else if isAttrs value then
        concatMap (collect isWanted) (attrValues value)
      else
        [ ];
    hasAttrByPath =
      path: set: path == [ ] || (set ? ${head path} && hasAttrByPath (tail path) set.${head path});
    attrByPath =
      path: default: set:
      if hasAttrByPath path set then foldl' (value: name: value.${name}) set path else default;
    getAttrFromPath =
      path: attrByPath path (abort "cannot find attribute '${concatStringsSep "." path}'");
    setAttrByPath =
      path: value:
      if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };

    # Strings

    optionalString = condition: text: if condition then text else "";
    concatStrings = concatStringsSep "";
    concatMapStringsSep =
      separator: f: list:
      concatStringsSep separator (map f list);
    concatLines = lines: concatStrings (map (line: line + "\n") lines);
    hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
    hasSuffix =
      suffix: text:
      let
        start = stringLength text - stringLength suffix;
      in
      start >= 0 && substring start (-1) text == suffix;
    hasInfix = infix: text: match ".*${escapeRegex infix}.*" "${text}" != null;
    removePrefix =
      prefix: text:
      if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
    removeSuffix =
      suffix: text:
      if hasSuffix suffix text then
        substring 0 (stringLength text - stringLength suffix) text
      else
        text;
    splitString =
      separator: text:
      # Splitting loses the context of the text, which its empty part has.
      map (part: substring 0 0 text + part) (
        filter isString (split (escapeRegex (toString separator)) (toString text))
      );
    trim =
      text:
      let
        found = match "[ \t\r\n]*(.*[^ \t\r\n])[ \t\r\n]*" text;
      in
      if found == null then "" else head found;
    toUpper = replaceStrings lowerChars upperChars;
    toLower = replaceStrings upperChars lowerChars;
    toInt =
      text:
      let
        found = match "[[:space:]]*(0|-?[1-9][[:digit:]]*)[[:space:]]*" text;
        number = if found == null then null else fromJSON (head found);
      in
      throwIfNot (isInt number) "toInt: Could not convert ${escapeNixString text} to int." number;
    escape = chars: replaceStrings chars (map (char: "\\${char}") chars);
    escapeShellArg =
      arg:
      let
        text = toString arg;
        quoted = "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
      in
      if match "[[:alnum:],._+:@%/-]+" text == null then quoted else text;
    escapeShellArgs = concatMapStringsSep " " escapeShellArg;
    versionOlder = a: b: compareVersions a b < 0;
    versionAtLeast = a: b: !versionOlder a b;

    # Packages

    getBin =
      package:
      if package.outputSpecified or false then package else package.bin or package.out or package;
    getExe =
      package:
      let
        name = package.pname or (parseDrvName package.name).name;
      in
      assert assertMsg (isDerivation package) "getExe: The argument is not a derivation.";
      "${getBin package}/bin/${package.meta.mainProgram or name}";
    makeBinPath =
      packages:
      concatMapStringsSep ":" (package: getBin package + "/bin") (filter (p: p != null) packages);

    maintainers = { };
    licenses.mit.spdxId = "MIT";
    licenses.asl20.spdxId = "Apache-2.0";
    platforms.linux = [
      "aarch64-linux"
      "x86_64-linux"
    ];

    # Generators

    generators = rec {
      mkValueStringDefault =
        { }:
        value:
        if isInt value || isFloat value || isDerivation value then
          toString value
        else if isString value then
          value
        else if isBool value then
          boolToString value
        else if value == null then
          "null"
        else
          abort "generators.mkValueStringDefault: ${typeOf value} not supported";

      mkKeyValueDefault =
        {
          mkValueString ? mkValueStringDefault { },
        }:
        separator: key: value:
        escape [ separator ] key + separator + mkValueString value;

      toINI =
        {
          mkSectionName ? escape [
            "["
            "]"
          ],
          mkKeyValue ? mkKeyValueDefault { } "=",
          listsAsDuplicateKeys ? false,
        }:
        let
          entries = value: if listsAsDuplicateKeys then toList value else [ value ];
          lines = key: value: map (mkKeyValue key) (entries value);
          body = set: concatLists (mapAttrsToList lines set);
          section = name: set: concatLines ([ "[${mkSectionName name}]" ] ++ body set);
        in
        sections: concatStringsSep "\n" (mapAttrsToList section sections);
    };

    # Options and modules

    isOption = isType "option";
    mkOption =
      {
        apply ? null,
        default ? null,
        defaultText ? null,
        description ? null,
        example ? null,
        internal ? null,
        readOnly ? null,
        type ? null,
        visible ? null,
      }@attrs:
      attrs // { _type = "option"; };
    mkEnableOption =
      name:
      mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether to enable ${name}.";
      };
    literalExpression =
      text:
      assert assertMsg (isString text) "literalExpression expects a string.";
      {
        _type = "literalExpression";
        inherit text;
      };

    mkIf = condition: content: {
      _type = "if";
      inherit condition content;
    };
    mkMerge = contents: {
      _type = "merge";
      inherit contents;
    };
    mkOverride = priority: content: {
      _type = "override";
      inherit priority content;
    };
    mkForce = mkOverride 50;
    mkDefault = mkOverride 1000;
    mkOptionDefault = mkOverride 1500;
    mkOrder = priority: content: {
      _type = "order";
      inherit priority content;
    };
    mkBefore = mkOrder 500;
    mkAfter = mkOrder 1500;

    evalModules =
      {
        modules,
        specialArgs ? { },
      }:
      evaluate [ ] specialArgs { } modules;

    types = rec {
      unspecified = mkType {
        name = "unspecified";
        description = "unspecified value";
        merge = mergeByKind;
      };
      raw = mkType {
        name = "raw";
        description = "raw value";
        merge = mergeOne;
      };
      anything = mkType {
        name = "anything";
        merge =
          loc: defs:
          let
            kind = value: if isAttrs value && isStringLike value then "package" else typeOf value;
            kinds = unique (map (def: kind def.value) defs);
            merges = {
              package = mergeOne;
              set = (attrsOf anything).merge;
              lambda =
                loc: defs: arg:
                anything.merge (loc ++ [ "<function body>" ]) (
                  map (def: def // { value = def.value arg; }) defs
                );
            };
          in
          if length kinds > 1 then
            fail loc "has conflicting option types in ${showFiles defs}"
          else
            (merges.${head kinds} or mergeEqual) loc defs;
      };

      bool = simple "bool" "boolean" isBool;
      int = simple "int" "signed integer" isInt;
      ints = {
        between =
          low: high:
          assert assertMsg (low <= high) "ints.between: lowest must be smaller than highest";
          simple "intBetween" "integer between ${range low high}" (
            x: isInt x && x >= low && x <= high
          );
        unsigned = simple "unsignedInt" "unsigned integer, meaning >=0" (x: isInt x && x >= 0) // {
          descriptionClass = "nonRestrictiveClause";
        };
        positive = simple "positiveInt" "positive integer, meaning >0" (x: isInt x && x > 0) // {
          descriptionClass = "nonRestrictiveClause";
        };
      };
      port = ints.between 0 65535 // {
        name = "unsignedInt16";
        description = "16 bit unsigned integer; between ${range 0 65535}";
      };

      str = simple "str" "string" isString;
      nonEmptyStr = simple "nonEmptyStr" "non-empty string" (
        x: isString x && match "[ \t\n]*" x == null
      );
      strMatching =
        pattern:
        simple "strMatching ${escapeNixString pattern}" "string matching the pattern ${pattern}" (
          x: isString x && match pattern x != null
        );
      singleLineStr = mkType {
        name = "singleLineStr";
        description = "(optionally newline-terminated) single-line string";
        inherit (strMatching "[^\n\r]*\n?") check;
        merge = loc: defs: removeSuffix "\n" (mergeEqual loc defs);
      };
      lines = mkType {
        name = "separatedString";
        description = "strings concatenated with \"\\n\"";
        check = isString;
        merge = _: concatMapStringsSep "\n" (def: def.value);
      };

      path = simple "path" "absolute path" (x: isStringLike x && hasPrefix "/" (toString x));
      package = mkType {
        name = "package";
        check = x: isDerivation x || isStorePath x;
        merge = mergeOne;
      };

      enum =
        values:
        let
          show =
            value:
            if isString value then
              "\"${value}\""
            else if isInt value || isBool value then
              toJSON value
            else
              "<${typeOf value}>";
        in
        mkType {
          name = "enum";
          description =
            if values == [ ] then
              "impossible (empty enum)"
            else if length values == 1 then
              "value ${show (head values)} (singular enum)"
            else
              "one of ${concatMapStringsSep ", " show values}";
          descriptionClass = if length values < 2 then "noun" else "conjunction";
          check = x: elem x values;
        };

      nullOr =
        elemType:
        mkType {
          name = "nullOr";
          description = "null or ${describeChoice elemType}";
          descriptionClass = "conjunction";
          check = x: x == null || elemType.check x;
          merge =
            loc: defs:
            let
              isNull = def: def.value == null;
            in
            if all isNull defs then
              null
            else if any isNull defs then
              fail loc "is defined both null and not null, in ${showFiles defs}."
            else
              elemType.merge loc defs;
          emptyValue.value = null;
          inherit (elemType) getSubOptions;
        };
      either =
        first: second:
        mkType {
          name = "either";
          description =
            if first.descriptionClass == "nonRestrictiveClause" then
              "${first.description}, or ${describeChoice second}"
            else
              "${describeChoice first} or ${describe "noun|conjunction|composite" second}";
          descriptionClass = "conjunction";
          check = x: first.check x || second.check x;
          checkTogether = defs: accepts first defs || accepts second defs;
          merge =
            loc: defs:
            if accepts first defs then
              first.merge loc defs
            else if accepts second defs then
              second.merge loc defs
            else
              mergeOne loc defs;
        };
      oneOf = choices: foldl' either (head choices) (tail choices);

      listOf =
        elemType:
        mkType {
          name = "listOf";
          description = "list of ${describeItem elemType}";
          descriptionClass = "composite";
          check = isList;
          merge =
            loc: defs:
            let
              entry =
                n: def: m: value:
                mergeDefs (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType [
                  {
                    inherit (def) file;
                    inherit value;
                  }
                ];
              entries = concatLists (imap1 (n: def: imap1 (entry n def) def.value) defs);
            in
            map (merged: merged.value) (filter (merged: merged.isDefined) entries);
          emptyValue.value = [ ];
          getSubOptions = loc: elemType.getSubOptions (loc ++ [ "*" ]);
        };
      nonEmptyListOf =
        elemType:
        addCheck (listOf elemType) (list: list != [ ])
        // {
          description = "non-empty (${(listOf elemType).description})";
          emptyValue = { };
        };
      attrsOf = attrsType "attrsOf" "attribute set" (merged: merged.isDefined);
      # Keeps what a condition takes away, so that the names do not depend on the values.
      lazyAttrsOf = attrsType "lazyAttrsOf" "lazy attribute set" (_: true);

      submodule =
        modules:
        let
          asModule =
            { file, value }:
            # A set is nothing but settings, whatever the names of its attributes.
            (if isAttrs value then { config = value; } else { imports = [ value ]; })
            // {
              _file = file;
            };
          evaluated =
            name: loc: defs:
            evaluate loc { } { inherit name; } (toList modules ++ map asModule defs);
          undefined = evaluated "‹name›" [ ] [ ];
        in
        mkType {
          name = "submodule";
          description =
            if undefined.freeformType == null then
              "submodule"
            else
              "open submodule of ${describeItem undefined.freeformType}";
          descriptionClass = "";
          check = x: isAttrs x || isFunction x || path.check x;
          merge = loc: defs: (evaluated (last loc) loc defs).config;
          emptyValue.value = undefined.config;
          getSubOptions = loc: (evaluated "‹name›" loc [ ]).options;
        };

      addCheck = type: check: type // { check = x: type.check x && check x; };
    };
  };
in
lib
