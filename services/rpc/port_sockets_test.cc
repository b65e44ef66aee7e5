#include "services/rpc/port_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"

namespace bulian::rpc {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A listener, and one connection to it from this process.
struct Listener {
  Listener() {
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    EXPECT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener, 8), 0);
    socklen_t size = sizeof(address);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    client = Connect();
    server = accept(listener, nullptr, nullptr);
  }
  ~Listener() {
    for (const int file : {listener, client, server}) close(file);
  }
  int Connect() const {
    const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(port);
    if (connect(file, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return file;
    close(file);
    return -1;
  }
  int listener = -1, client = -1, server = -1, port = 0;
};

TEST(PortSocketsTest, AListenerOfThePortRefusesAndItsConnectionsGoOn) {
  const Listener ours, other;
  StopListening(ours.port);
  EXPECT_EQ(ours.Connect(), -1);
  char byte = 0;
  ASSERT_EQ(send(ours.client, "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(recv(ours.server, &byte, 1, 0), 1);
  const int more = other.Connect();
  EXPECT_GE(more, 0);
  close(more);
}

TEST(PortSocketsTest, ConnectionsOfThePortEndAfterWhatWasWritten) {
  const Listener ours, other;
  ASSERT_EQ(send(ours.server, "last", 4, MSG_NOSIGNAL), 4);
  EndConnections(ours.port);
  char bytes[8];
  EXPECT_EQ(send(ours.server, "late", 4, MSG_NOSIGNAL), -1);
  EXPECT_EQ(errno, EPIPE);
  EXPECT_EQ(recv(ours.client, bytes, sizeof(bytes), 0), 4);
  EXPECT_EQ(recv(ours.client, bytes, sizeof(bytes), 0), 0);
  // The client's own side, other ports and the listener are untouched.
  EXPECT_EQ(send(ours.client, "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(recv(ours.server, bytes, sizeof(bytes), 0), 1);
  EXPECT_EQ(send(other.server, "x", 1, MSG_NOSIGNAL), 1);
  const int more = ours.Connect();
  EXPECT_GE(more, 0);
  close(more);
}

}  // namespace
}  // namespace bulian::rpc
