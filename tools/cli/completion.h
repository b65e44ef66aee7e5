// Shell completion: the script a shell sources.
#ifndef TOOLS_CLI_COMPLETION_H_
#define TOOLS_CLI_COMPLETION_H_

#include <CLI/CLI.hpp>
#include <string>

namespace bulian::cli {

// For `bash` or `zsh`; made from the commands and options of `app`, so that it cannot fall behind.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace bulian::cli

#endif  // TOOLS_CLI_COMPLETION_H_
