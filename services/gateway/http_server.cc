#include "services/gateway/http_server.h"

#include <civetweb.h>

#include <string_view>
#include <utility>

#include "services/model/error.h"

namespace bulian::gateway {
namespace {

// Four probes at once and a scrape; each is short.
constexpr char kThreads[] = "4";

std::string ListeningPort(std::string_view address) {
  const std::string_view localhost = "localhost:";
  return address.starts_with(localhost) ? "127.0.0.1:" + std::string(address.substr(localhost.size()))
                                        : std::string(address);
}

int Send(mg_connection* connection, const HttpResponse& response, bool with_body) {
  mg_printf(connection,
            "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
            "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            response.code, mg_get_response_code_text(connection, response.code), response.content_type.c_str(),
            response.body.size());
  if (with_body) mg_write(connection, response.body.data(), response.body.size());
  return response.code;
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(std::map<std::string, HttpHandler> handlers) : handlers_(std::move(handlers)) { mg_init_library(0); }
  ~Impl() {
    if (context_ != nullptr) mg_stop(context_);
    mg_exit_library();
  }

  absl::Status Start(const std::string& address) {
    const std::string port = ListeningPort(address);
    const char* options[] = {"listening_ports",
                             port.c_str(),
                             "num_threads",
                             kThreads,
                             "request_timeout_ms",
                             "10000",
                             "enable_keep_alive",
                             "no",
                             "max_request_size",
                             "16384",
                             nullptr};
    const mg_callbacks callbacks{};
    context_ = mg_start(&callbacks, this, options);
    mg_server_port ports[4] = {};
    if (context_ == nullptr || mg_get_server_ports(context_, 4, ports) < 1) {
      return model::Error(absl::StatusCode::kFailedPrecondition, v1::SERVER_FAULT, "cannot listen on " + address);
    }
    port_ = ports[0].port;
    mg_set_request_handler(context_, "/", &Impl::Handle, this);
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  static int Handle(mg_connection* connection, void* self) {
    const mg_request_info* request = mg_get_request_info(connection);
    const std::string_view method = request->request_method;
    if (method != "GET" && method != "HEAD")
      return Send(connection, {405, "text/plain; charset=utf-8", "GET only\n"}, true);
    const auto& handlers = static_cast<Impl*>(self)->handlers_;
    const auto found = handlers.find(request->local_uri);
    if (found == handlers.end())
      return Send(connection, {404, "text/plain; charset=utf-8", "no such page\n"}, method == "GET");
    return Send(connection, found->second(), method == "GET");
  }

  std::map<std::string, HttpHandler> handlers_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              std::map<std::string, HttpHandler> handlers) {
  auto impl = std::make_unique<Impl>(std::move(handlers));
  const absl::Status status = impl->Start(address);
  if (!status.ok()) return status;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }

}  // namespace bulian::gateway
