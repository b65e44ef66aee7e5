#include "tools/cli/completion.h"

namespace bulian::cli {
namespace {

std::string LongOptions(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) words += (words.empty() ? "--" : " --") + name;
  return words;
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
  std::string commands, cases;
  for (const CLI::App* command : app.get_subcommands({})) {
    commands += (commands.empty() ? "" : " ") + command->get_name();
    cases += "    " + command->get_name() + ") words=\"" + LongOptions(*command) + "\" ;;\n";
  }
  std::string script;
  if (shell == "zsh") script += "autoload -U +X bashcompinit && bashcompinit\n";
  script +=
      "_bulian() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} word command= words=\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \" " +
      commands +
      " \" in *\" $word \"*) command=$word; break ;; esac\n"
      "  done\n"
      "  case $command in\n" +
      cases + "    *) words=\"" + commands + " " + LongOptions(app) +
      "\" ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  if [[ ${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
      "}\n"
      "complete -o filenames -F _bulian bulian\n";
  return script;
}

}  // namespace bulian::cli
