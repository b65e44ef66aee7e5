// The one HTTP server of the process, on civetweb: fixed paths, answered by functions. GET and HEAD only.
#ifndef SERVICES_GATEWAY_HTTP_SERVER_H_
#define SERVICES_GATEWAY_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace bulian::gateway {

struct HttpResponse {
  int code = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Called on the server's threads, several at once.
using HttpHandler = std::function<HttpResponse()>;

class HttpServer {
 public:
  // Listens on `address` (`host:port`, the host a number or localhost; port 0 picks one) and answers the paths of
  // `handlers`; every other path is 404. FAILED_PRECONDITION/SERVER_FAULT when the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           std::map<std::string, HttpHandler> handlers);
  ~HttpServer();

  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulian::gateway

#endif  // SERVICES_GATEWAY_HTTP_SERVER_H_
