// bulian-db: offline work on the data directory of a server.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

#include "absl/time/clock.h"
#include "tools/dbtool/archive_commands.h"
#include "tools/dbtool/commands.h"

int main(int argc, char** argv) {
  using namespace bulian::dbtool;
  std::ios::sync_with_stdio(false);
  CLI::App app{
      "Offline work on the data directory of a bulian server (buliand --data-dir). The server must be stopped.\n"
      "Exit status: 0 done, 1 failed or found something wrong, 2 wrong usage.",
      "bulian-db"};
  app.require_subcommand(1);
  app.set_version_flag("--version", BULIAN_VERSION);
  std::string directory;
  std::string file;
  std::string cluster;
  std::string from;
  std::string place;
  bool raw = false;

  auto* verify = app.add_subcommand("verify", "Check everything: digest chain, holes, records against the log, counts");
  verify->add_option("DIR", directory, "data directory")->required();

  auto* dump =
      app.add_subcommand("dump", "Print the records, one JSON line each, in a form that `bulian import` reads");
  dump->add_option("DIR", directory, "data directory")->required();
  dump->add_option("--cluster", cluster, "only this cluster, for example beibei or clusters/beibei");
  dump->add_flag("--raw", raw, "print log, name, revision and the stored bytes in base64 instead");

  auto* compact = app.add_subcommand("compact", "Rewrite the data file without its free space; needs room for a copy");
  compact->add_option("DIR", directory, "data directory")->required();

  auto* backup = app.add_subcommand("backup",
                                    "Write an archive of the clusters of a stopped server; of a running one:\n"
                                    "`bulian backup`");
  backup->add_option("PLACE", place, "data directory, or redis://HOST:PORT")->required();
  backup->add_option("FILE", file, "file to write; must not exist")->required();
  backup->add_option("--cluster", cluster, "only this cluster");

  auto* restore = app.add_subcommand(
      "restore",
      "Load an archive and compare what is there then with it. Clusters that exist are refused.\n"
      "Raises the epoch of every cluster: revisions and tokens given out since the backup are refused\n"
      "instead of meaning something else");
  restore->add_option("FILE", file, "an archive, of `bulian backup` or `bulian-db backup`")->required();
  restore->add_option("PLACE", place, "data directory, created if missing, or redis://HOST:PORT")->required();
  restore->add_option("--cluster", cluster, "only this cluster");

  auto* copy = app.add_subcommand("copy",
                                  "Backup and restore in one, without a file; what is copied is left as it is.\n"
                                  "A data directory copied while its server was down becomes one with new epochs");
  copy->add_option("FROM", from, "data directory, or redis://HOST:PORT")->required();
  copy->add_option("TO", place, "data directory, created if missing, or redis://HOST:PORT")->required();
  copy->add_option("--cluster", cluster, "only this cluster");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (verify->parsed()) return VerifyCommand(directory, std::cout, std::cerr);
  if (dump->parsed()) return DumpCommand(directory, cluster, raw, std::cout, std::cerr);
  if (compact->parsed()) return CompactCommand(directory, std::cout, std::cerr);
  if (backup->parsed()) return BackupCommand(place, file, cluster, std::cout, std::cerr);
  if (restore->parsed()) return RestoreCommand(file, place, cluster, absl::Now(), std::cout, std::cerr);
  return CopyCommand(from, place, cluster, absl::Now(), std::cout, std::cerr);
}
