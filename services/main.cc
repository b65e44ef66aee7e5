#include <string>
#include <vector>

#include "services/runtime/daemon.h"

int main(int argc, char** argv) { return bulian::runtime::RunDaemon(std::vector<std::string>(argv + 1, argv + argc)); }
