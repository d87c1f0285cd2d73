// libpulse itself, not libavdevice's input: that waits up to half a minute for a server that does not answer, does not
// tell which sources are monitors, and lets the server move a recording to another source when one is unplugged.

#include "capture/devices/pulse_connection.h"

#include <fmt/format.h>
#include <pulse/context.h>
#include <pulse/error.h>
#include <pulse/mainloop.h>
#include <pulse/operation.h>

namespace candid::capture {
namespace {

constexpr const char* kStart = "start it: systemctl --user start pipewire-pulse, or pulseaudio --start";
constexpr const char* kRestart = "restart it: systemctl --user restart pipewire-pulse, or pulseaudio -k";

struct FreeOperation {
  void operator()(pa_operation* operation) const {
    pa_operation_cancel(operation);
    pa_operation_unref(operation);
  }
};

}  // namespace

void PulseConnection::FreeMainloop::operator()(pa_mainloop* loop) const {
  pa_mainloop_free(loop);
}

void PulseConnection::FreeContext::operator()(pa_context* context) const {
  pa_context_disconnect(context);
  pa_context_unref(context);
}

PulseConnection::PulseConnection()
    : loop_(pa_mainloop_new()),
      context_(loop_ ? pa_context_new(pa_mainloop_get_api(loop_.get()), "candid") : nullptr) {}

Result<std::unique_ptr<PulseConnection>> PulseConnection::connect(std::chrono::milliseconds patience) {
  std::unique_ptr<PulseConnection> connection(new PulseConnection());
  if (!connection->context_) return fail(ErrorKind::Internal, "no memory to ask the sound server");
  pa_context* context = connection->context();
  if (pa_context_connect(context, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0)
    return connection->failure("cannot ask the sound server");
  auto is_settled = [&] { return !connection->is_alive() || pa_context_get_state(context) == PA_CONTEXT_READY; };
  if (!connection->run_until(is_settled, Clock::now() + patience)) {
    return fail(ErrorKind::Network, fmt::format("the sound server does not answer within {} ms", patience.count()),
                kRestart);
  }
  if (!connection->is_alive()) return connection->failure("cannot ask the sound server");
  return connection;
}

bool PulseConnection::is_alive() const {
  return PA_CONTEXT_IS_GOOD(pa_context_get_state(context_.get()));
}

bool PulseConnection::step(Clock::time_point deadline) {
  auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now()).count();
  if (left <= 0) return false;
  return pa_mainloop_prepare(loop_.get(), static_cast<int>(left)) >= 0 && pa_mainloop_poll(loop_.get()) >= 0 &&
         pa_mainloop_dispatch(loop_.get()) >= 0;
}

Result<void> PulseConnection::await(pa_operation* operation, Clock::time_point deadline) {
  std::unique_ptr<pa_operation, FreeOperation> owned(operation);
  if (!owned) return failure("cannot ask the sound server");
  if (!run_until([&] { return pa_operation_get_state(owned.get()) != PA_OPERATION_RUNNING; }, deadline))
    return fail(ErrorKind::Network, "the sound server does not answer", kRestart);
  if (pa_operation_get_state(owned.get()) != PA_OPERATION_DONE) return failure("cannot ask the sound server");
  return {};
}

tl::unexpected<Error> PulseConnection::failure(std::string_view doing) const {
  return fail(ErrorKind::Network, fmt::format("{} ({})", doing, pa_strerror(pa_context_errno(context_.get()))), kStart);
}

}  // namespace candid::capture
