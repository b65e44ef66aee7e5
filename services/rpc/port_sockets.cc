#include "services/rpc/port_sockets.h"

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <vector>

namespace bulian::rpc {
namespace {

std::vector<int> OpenFiles() {
  std::vector<int> files;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return files;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') files.push_back(std::atoi(entry->d_name));
  }
  closedir(folder);
  return files;
}

// -1 when `file` is no TCP socket.
int LocalPort(int file) {
  int protocol = 0;
  socklen_t size = sizeof(protocol);
  if (getsockopt(file, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0 || protocol != IPPROTO_TCP) return -1;
  sockaddr_storage address{};
  size = sizeof(address);
  if (getsockname(file, reinterpret_cast<sockaddr*>(&address), &size) != 0) return -1;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return -1;
}

bool Listens(int file) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  return getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

}  // namespace

void StopListening(int port) {
  for (const int file : OpenFiles()) {
    if (LocalPort(file) == port && Listens(file)) shutdown(file, SHUT_RD);
  }
}

void EndConnections(int port) {
  for (const int file : OpenFiles()) {
    if (LocalPort(file) == port && !Listens(file)) shutdown(file, SHUT_WR);
  }
}

}  // namespace bulian::rpc
