// The TCP sockets this process holds on a port, as a way to end connections that a server library has no call for: it
// gives its sockets away neither before nor while it goes down. Linux; where /proc is not readable nothing happens.
// Thread-safe. A port that is bound is never an outgoing connection's, so only the server's own sockets are found.
#ifndef SERVICES_RPC_PORT_SOCKETS_H_
#define SERVICES_RPC_PORT_SOCKETS_H_

namespace bulian::rpc {

// New connections are refused, and those nobody accepted yet are reset.
void StopListening(int port);

// What was written before still arrives, then the other side sees the end of the connection. What it sends can still be
// read, but no answer leaves any more.
void EndConnections(int port);

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_PORT_SOCKETS_H_
