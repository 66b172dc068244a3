# Paths of secrets, which are never to come into the store.
{ lib }:
rec {
  # A Nix path would be copied into the store, where everybody can read it, as soon as it stands in a
  # string. It is taken here only so that an assertion can say so in plain words.
  type = lib.types.either lib.types.str lib.types.path;

  # The path itself, not a copy of what it leads to.
  text = path: if builtins.isPath path then toString path else path;

  assertions =
    option: path:
    lib.optionals (path != null) [
      {
        assertion = !builtins.isPath path;
        message = ''
          ${option} is a Nix path, which copies the secret into the world-readable store. Write it in
          quotes: "${text path}".
        '';
      }
      {
        assertion = !lib.hasPrefix "${builtins.storeDir}/" (text path);
        message = ''
          ${option} lies in ${builtins.storeDir}, which everybody on the host can read. Let agenix,
          sops-nix or the like put it elsewhere, and name that place, as "/run/secrets/…".
        '';
      }
      {
        assertion = lib.hasPrefix "/" (text path);
        message = "${option} is no absolute path: '${text path}'.";
      }
    ];
}
