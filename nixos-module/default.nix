# All of it: the agent, the cache it fetches from, and the server of that cache.
{
  imports = [
    ./agent.nix
    ./cache.nix
    ./cache-server.nix
  ];
}
