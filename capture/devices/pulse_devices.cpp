#include "capture/devices/pulse_devices.h"

#include <fmt/format.h>
#include <pulse/context.h>
#include <pulse/introspect.h>

#include "capture/devices/device_names.h"
#include "capture/devices/pulse_connection.h"

namespace candid::capture {
namespace {

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
  const auto deadline = PulseConnection::Clock::now() + patience;
  auto server = TRY(PulseConnection::connect(patience));
  TRY_VOID(server->await(pa_context_get_server_info(server->context(), take_default, &default_name), deadline));
  TRY_VOID(server->await(pa_context_get_source_info_list(server->context(), take_source, &microphones), deadline));
  std::string default_id = fmt::format("pulse:{}", default_name);
  for (Microphone& microphone : microphones) microphone.is_default = microphone.id == default_id;
  return microphones;
}

}  // namespace candid::capture
