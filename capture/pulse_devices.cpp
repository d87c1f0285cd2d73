// Asked through libpulse, not through libavdevice: that waits up to half a minute for a server that does not answer,
// and does not tell which sources are monitors.

#include "capture/pulse_devices.h"

#include <fmt/format.h>
#include <pulse/context.h>
#include <pulse/error.h>
#include <pulse/introspect.h>
#include <pulse/mainloop.h>

#include "capture/device_names.h"

namespace candid::capture {
namespace {

constexpr const char* kRemedy = "start it: systemctl --user start pipewire-pulse, or pulseaudio --start";

struct FreeMainloop {
  void operator()(pa_mainloop* loop) const { pa_mainloop_free(loop); }
};
struct FreeContext {
  void operator()(pa_context* context) const {
    pa_context_disconnect(context);
    pa_context_unref(context);
  }
};
struct FreeOperation {
  void operator()(pa_operation* operation) const {
    pa_operation_cancel(operation);
    pa_operation_unref(operation);
  }
};
using OperationPtr = std::unique_ptr<pa_operation, FreeOperation>;

// One connection to the server, and how long it may take altogether.
class Question {
 public:
  static Result<std::unique_ptr<Question>> connect(std::chrono::milliseconds patience) {
    std::unique_ptr<Question> question(new Question(patience));
    if (!question->context_) return fail(ErrorKind::Internal, "no memory to ask the sound server");
    pa_context* context = question->context_.get();
    if (pa_context_connect(context, nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0) return question->failure();
    auto is_settled = [&] {
      return !PA_CONTEXT_IS_GOOD(pa_context_get_state(context)) || pa_context_get_state(context) == PA_CONTEXT_READY;
    };
    if (!question->run_until(is_settled)) return question->no_answer();
    if (pa_context_get_state(context) != PA_CONTEXT_READY) return question->failure();
    return question;
  }

  pa_context* context() { return context_.get(); }

  Result<void> await(OperationPtr operation) {
    if (!operation) return failure();
    if (!run_until([&] { return pa_operation_get_state(operation.get()) != PA_OPERATION_RUNNING; })) return no_answer();
    if (pa_operation_get_state(operation.get()) != PA_OPERATION_DONE) return failure();
    return {};
  }

 private:
  using Clock = std::chrono::steady_clock;

  explicit Question(std::chrono::milliseconds patience)
      : patience_(patience),
        deadline_(Clock::now() + patience),
        loop_(pa_mainloop_new()),
        context_(loop_ ? pa_context_new(pa_mainloop_get_api(loop_.get()), "candid") : nullptr) {}

  template <typename Done>
  bool run_until(Done done) {
    while (!done()) {
      auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return false;
      if (pa_mainloop_prepare(loop_.get(), static_cast<int>(left)) < 0) return false;
      if (pa_mainloop_poll(loop_.get()) < 0 || pa_mainloop_dispatch(loop_.get()) < 0) return false;
    }
    return true;
  }

  tl::unexpected<Error> failure() const {
    return fail(ErrorKind::Network,
                fmt::format("cannot ask the sound server ({})", pa_strerror(pa_context_errno(context_.get()))),
                kRemedy);
  }
  tl::unexpected<Error> no_answer() const {
    return fail(ErrorKind::Network, fmt::format("the sound server does not answer within {} ms", patience_.count()),
                "restart it: systemctl --user restart pipewire-pulse, or pulseaudio -k");
  }

  std::chrono::milliseconds patience_;
  Clock::time_point deadline_;
  std::unique_ptr<pa_mainloop, FreeMainloop> loop_;
  std::unique_ptr<pa_context, FreeContext> context_;  // goes before its loop
};

void take_default(pa_context*, const pa_server_info* server, void* name) {
  if (server != nullptr && server->default_source_name != nullptr)
    static_cast<std::string*>(name)->assign(server->default_source_name);
}

void take_source(pa_context*, const pa_source_info* source, int, void* microphones) {
  if (source == nullptr) return;  // the end of the list
  Microphone microphone;
  microphone.id = fmt::format("pulse:{}", source->name);
  microphone.name = readable(source->description != nullptr ? source->description : source->name);
  microphone.is_monitor = source->monitor_of_sink != PA_INVALID_INDEX;
  static_cast<std::vector<Microphone>*>(microphones)->push_back(std::move(microphone));
}

}  // namespace

Result<std::vector<Microphone>> pulse_microphones(std::chrono::milliseconds patience) {
  std::string default_name;
  std::vector<Microphone> microphones;
  auto question = TRY(Question::connect(patience));
  TRY_VOID(question->await(OperationPtr(pa_context_get_server_info(question->context(), take_default, &default_name))));
  TRY_VOID(
      question->await(OperationPtr(pa_context_get_source_info_list(question->context(), take_source, &microphones))));
  std::string default_id = fmt::format("pulse:{}", default_name);
  for (Microphone& microphone : microphones) microphone.is_default = microphone.id == default_id;
  return microphones;
}

}  // namespace candid::capture
